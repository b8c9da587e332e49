//! Whether the variants answered alike, and if not, in words, how.

use crate::outcome::Agreement;
use fetchscope_engine::trace::OrmError;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a variant answered.
pub(super) struct Answer {
    pub(super) name: String,
    /// The canonical response; `None` after an error.
    pub(super) canonical: Option<Vec<u8>>,
    pub(super) error: Option<OrmError>,
}

/// One verdict an answer, as long as it is to go on; `None` when it is not. `key` names the root's primary key columns.
pub(super) fn judge(
    answers: &[Answer],
    baseline: Option<&str>,
    key: &[String],
    go_on: &dyn Fn() -> bool,
) -> Option<Vec<Agreement>> {
    // A baseline that raises cannot be compared with; the first variant that answered takes its place.
    let answered = |answer: &&Answer| answer.canonical.is_some();
    let named = answers.iter().find(|answer| Some(answer.name.as_str()) == baseline);
    let base = named.filter(answered).or_else(|| answers.iter().find(answered));
    answers
        .iter()
        .map(|answer| match (&answer.error, base, &answer.canonical) {
            (Some(error), _, _) => Some(Agreement::Raises { error: error.clone() }),
            (None, _, _) if Some(answer.name.as_str()) == baseline => Some(Agreement::Baseline),
            (None, Some(Answer { canonical: Some(want), .. }), Some(have)) if want == have => Some(Agreement::Same),
            (None, Some(Answer { canonical: Some(want), .. }), Some(have)) => {
                Some(Agreement::Different { difference: difference(want, have, key, go_on)? })
            }
            (None, _, _) => Some(Agreement::Unknown),
        })
        .collect()
}

/// What the second response lacks, has in excess, or says otherwise.
fn difference(want: &[u8], have: &[u8], key: &[String], go_on: &dyn Fn() -> bool) -> Option<String> {
    let (want, have) = (roots(want, key, go_on)?, roots(have, key, go_on)?);
    let missing = want.keys().filter(|key| !have.contains_key(*key)).count();
    let added = have.keys().filter(|key| !want.contains_key(*key)).count();
    let changed: Vec<&str> = want.iter().filter_map(|(key, root)| changed_field(root, have.get(key)?)).collect();
    let mut parts = Vec::new();
    if missing > 0 {
        parts.push(format!("{} missing", counted(missing)));
    }
    if added > 0 {
        parts.push(format!("{} too many", counted(added)));
    }
    if let Some(field) = changed.first() {
        parts.push(format!("{} with another `{field}`", counted(changed.len())));
    }
    Some(if parts.is_empty() { "the roots stand in another order".to_owned() } else { parts.join(", ") })
}

fn counted(number: usize) -> String {
    if number == 1 { "1 root".to_owned() } else { format!("{number} roots") }
}

/// The roots of a response by their keys, as long as it is to go on.
fn roots(response: &[u8], key: &[String], go_on: &dyn Fn() -> bool) -> Option<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    let read = serde_json::Deserializer::from_slice(response).deserialize_seq(OneByOne(&mut |root: Value| {
        found.insert(key.iter().map(|name| format!("{};", root[name])).collect::<String>(), root);
        go_on()
    }));
    read.is_ok().then_some(found)
}

/// Hands on the items of a list one by one, until it is not to go on.
struct OneByOne<'f>(&'f mut dyn FnMut(Value) -> bool);

impl<'de> Visitor<'de> for OneByOne<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a list of roots")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        while let Some(item) = items.next_element()? {
            if !(self.0)(item) {
                return Err(S::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

fn changed_field<'a>(want: &'a Value, have: &Value) -> Option<&'a str> {
    let want = want.as_object()?;
    want.iter().find(|(name, value)| have.get(name.as_str()) != Some(value)).map(|(name, _)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(want: &str, have: &str) -> String {
        difference(want.as_bytes(), have.as_bytes(), &["id".to_owned()], &|| true).unwrap()
    }

    #[test]
    fn differences_are_said_in_words() {
        let want = r#"[{"id":1,"org":{"id":7}},{"id":2,"org":null}]"#;
        assert_eq!(said(want, r#"[{"id":2,"org":null}]"#), "1 root missing");
        assert_eq!(said(want, r#"[{"id":1,"org":null},{"id":2,"org":null}]"#), "1 root with another `org`");
        assert_eq!(said("[]", want), "2 roots too many");
        assert_eq!(difference(want.as_bytes(), b"[]", &["id".to_owned()], &|| false), None);
        assert_eq!(said(want, r#"[{"id":2,"org":null},{"id":1,"org":{"id":7}}]"#), "the roots stand in another order");
    }
}
