//! One way of loading the endpoint.

use super::is_default;
use fetchscope_engine::plan::document::Strategy;
use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};

/// How one variant loads each path; paths not named keep the mapping's default, which is lazy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variant {
    /// Whether it should return the baseline's graph.
    pub expect: Expectation,
    /// Strategy by dotted relationship path.
    pub strategies: IndexMap<String, Strategy>,
    /// Queries of an application whose subclasses are loaded with [`POLYMORPHIC`].
    pub polymorphic: Vec<String>,
}

/// The strategy of a query itself: columns of subclasses come in a statement for each.
pub const POLYMORPHIC: &str = "selectin_polymorphic";

impl Serialize for Variant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !is_default(&self.expect) {
            map.serialize_entry("expect", &self.expect)?;
        }
        self.strategies.iter().try_for_each(|(path, strategy)| map.serialize_entry(path, strategy))?;
        self.polymorphic.iter().try_for_each(|query| map.serialize_entry(query, POLYMORPHIC))?;
        map.end()
    }
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
                        match map.next_value()? {
                            Way::Of(strategy) => _ = variant.strategies.insert(key, strategy),
                            Way::Polymorphic => variant.polymorphic.push(key),
                        }
                    }
                }
                Ok(variant)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// How a relationship, or a query itself, is loaded.
enum Way {
    Of(Strategy),
    Polymorphic,
}

impl<'de> Deserialize<'de> for Way {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == POLYMORPHIC {
            return Ok(Way::Polymorphic);
        }
        Strategy::deserialize(serde::de::value::StringDeserializer::new(name)).map(Way::Of)
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
