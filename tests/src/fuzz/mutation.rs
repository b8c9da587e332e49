//! Mutations that leave a file readable: parts of it are replaced, dropped, doubled and exchanged for parts of the seeds that
//! stand under the same key. Bytes alone rarely get past the reader of JSON or TOML.

use super::seeds::{self, EDGES};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What the seeds have under each key; entries of arrays have that of their array.
type Parts = BTreeMap<String, Vec<Value>>;

/// How a file is read as a tree and written again.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    read: fn(&str) -> Option<Value>,
    write: fn(&Value) -> Option<String>,
    parts: fn() -> &'static Parts,
}

/// Plan files.
pub const PLAN: Format = Format { read: json, write: written_json, parts: || &PLANS };

/// Mapping files.
pub const MAPPING: Format = Format { read: json, write: written_json, parts: || &MAPPINGS };

/// Experiment files.
pub const EXPERIMENT: Format =
    Format { read: toml, write: |value| toml::to_string(value).ok(), parts: || &EXPERIMENTS };

static PLANS: LazyLock<Parts> = LazyLock::new(|| parts(&seeds::plans(), json));
static MAPPINGS: LazyLock<Parts> = LazyLock::new(|| parts(&seeds::mappings(), json));
static EXPERIMENTS: LazyLock<Parts> = LazyLock::new(|| parts(&seeds::experiments(), toml));

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn written_json(value: &Value) -> Option<String> {
    Some(value.to_string())
}

fn toml(text: &str) -> Option<Value> {
    toml::from_str(text).ok()
}

fn parts(seeds: &[String], read: fn(&str) -> Option<Value>) -> Parts {
    fn collect(value: &Value, key: &str, parts: &mut Parts) {
        parts.entry(key.to_owned()).or_default().push(value.clone());
        match value {
            Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, key, parts)),
            Value::Object(fields) => fields.iter().for_each(|(name, field)| collect(field, name, parts)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Parts::new();
    seeds.iter().filter_map(|seed| read(seed)).for_each(|seed| collect(&seed, "", &mut found));
    for same in found.values_mut() {
        same.sort_by_key(Value::to_string);
        same.dedup();
    }
    found
}

/// Another file, of at most so many bytes; `None` where these bytes cannot be read.
#[must_use]
pub fn mutated(bytes: &[u8], format: Format, most: usize, seed: u32) -> Option<Vec<u8>> {
    let mut value = (format.read)(std::str::from_utf8(bytes).ok()?)?;
    let mut dice = Dice(u64::from(seed) | 1);
    for _ in 0..=dice.below(3) {
        let target = dice.below(places(&value));
        change(&mut value, "", target, &mut dice, (format.parts)());
    }
    (format.write)(&value).map(String::into_bytes).filter(|file| file.len() <= most)
}

fn places(value: &Value) -> usize {
    1 + match value {
        Value::Array(entries) => entries.iter().map(places).sum(),
        Value::Object(fields) => fields.values().map(places).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0_usize,
    }
}

/// Changes the place with this number, counted from the top.
fn change(value: &mut Value, key: &str, mut target: usize, dice: &mut Dice, parts: &Parts) {
    if target == 0 {
        return change_here(value, key, dice, parts);
    }
    target -= 1;
    let below: Vec<(&str, &mut Value)> = match value {
        Value::Array(entries) => entries.iter_mut().map(|entry| (key, entry)).collect(),
        Value::Object(fields) => fields.iter_mut().map(|(name, field)| (name.as_str(), field)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (key, inner) in below {
        let own = places(inner);
        if target < own {
            return change(inner, key, target, dice, parts);
        }
        target -= own;
    }
}

fn change_here(value: &mut Value, key: &str, dice: &mut Dice, parts: &Parts) {
    match (dice.below(8), &mut *value) {
        (0, Value::Array(entries)) if !entries.is_empty() => {
            entries.remove(dice.below(entries.len()));
        }
        (1 | 2, Value::Array(entries)) => {
            let others: Vec<&Value> = parts.get(key).into_iter().flatten().filter(|part| !part.is_array()).collect();
            let new =
                if entries.is_empty() || dice.below(2) == 0 { dice.pick(&others).copied() } else { dice.pick(entries) };
            entries.extend(new.cloned());
        }
        (3, Value::Array(entries)) if !entries.is_empty() => {
            let (left, right) = (dice.below(entries.len()), dice.below(entries.len()));
            entries.swap(left, right);
        }
        (0, Value::Object(fields)) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            dice.pick(&names).map(|name| fields.remove(name));
        }
        (1..=3, Value::Object(fields)) => {
            // A field that another file has: most of them fit, since an object of that kind is likely to have them.
            let names: Vec<&String> = parts.keys().filter(|name| !name.is_empty()).collect();
            if let Some(name) = dice.pick(&names)
                && let Some(new) = parts.get(*name).and_then(|same| dice.pick(same))
            {
                fields.insert((*name).clone(), new.clone());
            }
        }
        (4, Value::Number(number)) => {
            if let Ok(edge) = serde_json::from_str(dice.pick(&EDGES).copied().unwrap_or_default()) {
                *number = edge;
            }
        }
        (5, _) => *value = dice.pick(&[Value::Null, true.into(), 0.into(), "".into()]).cloned().unwrap_or_default(),
        (_, Value::Bool(truth)) => *truth = !*truth,
        _ => {
            if let Some(other) = parts.get(key).and_then(|same| dice.pick(same)) {
                *value = other.clone();
            }
        }
    }
}

/// Xorshift: the fuzzer gives the seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(self.below(among.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutated_file_can_be_read_and_mostly_differs() {
        for (format, seeds) in
            [(PLAN, seeds::plans()), (MAPPING, seeds::mappings()), (EXPERIMENT, seeds::experiments())]
        {
            let mut different = 0;
            for (number, seed) in (1..).zip(&seeds) {
                let Some(file) = mutated(seed.as_bytes(), format, 1 << 16, number) else { continue };
                let text = String::from_utf8(file).unwrap();
                let read = (format.read)(&text).unwrap();
                different += usize::from(Some(read) != (format.read)(seed));
            }
            assert!(different > seeds.len() / 2, "{different} of {}", seeds.len());
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_too_long_is_left_to_others() {
        assert_eq!(mutated(b"{", PLAN, 1000, 1), None);
        assert_eq!(mutated(seeds::plans()[0].as_bytes(), PLAN, 3, 1), None);
    }
}
