//! Whole numbers that cross exactly: as numbers where JavaScript can hold them, and else in digits.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The largest number up to which JavaScript has every whole one, `Number.MAX_SAFE_INTEGER`.
const SAFE: u64 = (1 << 53) - 1;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if *number <= SAFE { number.serialize(serializer) } else { number.to_string().serialize(serializer) }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u64),
        Digits(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(number) => Ok(number),
        Written::Digits(digits) => digits.parse().map_err(de::Error::custom),
    }
}
