//! Whether the variants answered alike, and if not, in words, how.

use crate::outcome::Agreement;
use fetchscope_engine::trace::OrmError;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a variant answered.
pub(super) struct Answer {
    pub(super) name: String,
    /// The canonical response; `None` after an error.
    pub(super) canonical: Option<Vec<u8>>,
    pub(super) error: Option<OrmError>,
}

/// One verdict an answer. `key` names the root's primary key columns.
pub(super) fn judge(answers: &[Answer], baseline: Option<&str>, key: &[String]) -> Vec<Agreement> {
    // A baseline that raises cannot be compared with; the first variant that answered takes its place.
    let answered = |answer: &&Answer| answer.canonical.is_some();
    let named = answers.iter().find(|answer| Some(answer.name.as_str()) == baseline);
    let base = named.filter(answered).or_else(|| answers.iter().find(answered));
    answers
        .iter()
        .map(|answer| match (&answer.error, base, &answer.canonical) {
            (Some(error), _, _) => Agreement::Raises { error: error.clone() },
            (None, _, _) if Some(answer.name.as_str()) == baseline => Agreement::Baseline,
            (None, Some(Answer { canonical: Some(want), .. }), Some(have)) if want == have => Agreement::Same,
            (None, Some(Answer { canonical: Some(want), .. }), Some(have)) => {
                Agreement::Different { difference: difference(want, have, key) }
            }
            (None, _, _) => Agreement::Unknown,
        })
        .collect()
}

/// What the second response lacks, has in excess, or says otherwise.
fn difference(want: &[u8], have: &[u8], key: &[String]) -> String {
    let (want, have) = (roots(want, key), roots(have, key));
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
    if parts.is_empty() { "the roots stand in another order".to_owned() } else { parts.join(", ") }
}

fn counted(number: usize) -> String {
    if number == 1 { "1 root".to_owned() } else { format!("{number} roots") }
}

fn roots(response: &[u8], key: &[String]) -> BTreeMap<String, Value> {
    let roots: Vec<Value> = serde_json::from_slice(response).unwrap_or_default();
    let keyed = |root: Value| (key.iter().map(|name| format!("{};", root[name])).collect::<String>(), root);
    roots.into_iter().map(keyed).collect()
}

fn changed_field<'a>(want: &'a Value, have: &Value) -> Option<&'a str> {
    let want = want.as_object()?;
    want.iter().find(|(name, value)| have.get(name.as_str()) != Some(value)).map(|(name, _)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(want: &str, have: &str) -> String {
        difference(want.as_bytes(), have.as_bytes(), &["id".to_owned()])
    }

    #[test]
    fn differences_are_said_in_words() {
        let want = r#"[{"id":1,"org":{"id":7}},{"id":2,"org":null}]"#;
        assert_eq!(said(want, r#"[{"id":2,"org":null}]"#), "1 root missing");
        assert_eq!(said(want, r#"[{"id":1,"org":null},{"id":2,"org":null}]"#), "1 root with another `org`");
        assert_eq!(said("[]", want), "2 roots too many");
        assert_eq!(said(want, r#"[{"id":2,"org":null},{"id":1,"org":{"id":7}}]"#), "the roots stand in another order");
    }
}
