//! One way of loading the endpoint.

use super::is_default;
use fetchscope_engine::plan::document::Strategy;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// How one variant loads each path; paths not named keep the mapping's default, which is lazy.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Variant {
    /// Whether it should return the baseline's graph.
    #[serde(skip_serializing_if = "is_default")]
    pub expect: Expectation,
    /// Strategy by dotted relationship path.
    #[serde(flatten)]
    pub strategies: IndexMap<String, Strategy>,
}

// By hand, because a flattened map forgets on which line of the file a wrong strategy stands.
impl<'de> Deserialize<'de> for Variant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> serde::de::Visitor<'de> for Entries {
            type Value = Variant;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("relationship paths with their strategies")
            }

            fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<Variant, M::Error> {
                let mut variant = Variant::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "expect" {
                        variant.expect = map.next_value()?;
                    } else {
                        let strategy = map.next_value()?;
                        variant.strategies.insert(key, strategy);
                    }
                }
                Ok(variant)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// Whether a variant should return the baseline's graph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// The same objects: another answer is a failure.
    #[default]
    Same,
    /// Another answer is what the variant is there to show.
    Differs,
}
