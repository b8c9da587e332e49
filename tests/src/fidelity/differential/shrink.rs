//! Making a case smaller: what could be left out of it, the larger parts first.

use crate::fidelity::Case;
use serde_json::{Map, Value};

/// A part of a case that is made smaller by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Plan,
    Rows,
    Relationships,
}

impl Part {
    pub(super) const ALL: [Part; 3] = [Part::Plan, Part::Rows, Part::Relationships];

    /// The case with one thing less in this part, for each such thing.
    pub(super) fn smaller(self, case: &Case) -> Vec<Case> {
        match self {
            Part::Plan => {
                let plans = requests(&case.plan).into_iter();
                plans.map(|plan| Case { plan, ..case.clone() }).collect()
            }
            Part::Rows => {
                let scripts = scripts(&case.script).into_iter();
                scripts.map(|script| Case { script, ..case.clone() }).collect()
            }
            Part::Relationships => {
                let mappings = mappings(&case.mapping).into_iter();
                mappings.map(|mapping| Case { mapping, ..case.clone() }).collect()
            }
        }
    }
}

/// A plan, or one of the plans before it.
fn requests(plan: &Value) -> Vec<Value> {
    let keys = without_keys(plan, &["root", "relationships", "filter"]);
    let filter = plan["filter"].as_object().map(|_| {
        let shorter = without_keys(&plan["filter"], &[]).into_iter().chain(lists(&plan["filter"]));
        shorter.map(|filter| with(plan, "filter", filter))
    });
    let nodes = nodes(&plan["relationships"]).into_iter().map(|nodes| with(plan, "relationships", nodes));
    let before = plan["before"].as_array().map(|before| {
        let one_less = (0..before.len()).map(|place| without_item(before, place));
        let one_smaller = before.iter().enumerate().flat_map(|(place, earlier)| {
            requests(earlier).into_iter().map(move |smaller| with_item(before, place, smaller))
        });
        one_less.chain(one_smaller).map(|before| with(plan, "before", before)).collect::<Vec<_>>()
    });
    keys.into_iter().chain(nodes).chain(filter.into_iter().flatten()).chain(before.into_iter().flatten()).collect()
}

/// The nodes of a plan: one less, one in place of its parent, one plainer.
fn nodes(nodes: &Value) -> Vec<Value> {
    let Some(all) = nodes.as_array() else { return Vec::new() };
    let one_less = (0..all.len()).map(|place| without_item(all, place));
    let one_smaller = all.iter().enumerate().flat_map(|(place, node)| {
        let plainer = without_keys(node, &["name", "strategy", "relationships"]);
        let lazy = (node["strategy"] != "select").then(|| with(node, "strategy", Value::from("select")));
        let below = self::nodes(&node["relationships"]).into_iter().map(|below| with(node, "relationships", below));
        let smaller = plainer.into_iter().chain(lazy).chain(below).collect::<Vec<_>>();
        smaller.into_iter().map(move |node| with_item(all, place, node))
    });
    one_less.chain(one_smaller).collect()
}

/// The lists of a filter, each with an item less.
fn lists(filter: &Value) -> Vec<Value> {
    let Some(fields) = filter.as_object() else { return Vec::new() };
    let lists = fields.iter().filter_map(|(name, list)| list.as_array().map(|list| (name, list)));
    lists
        .filter(|(_, list)| list.len() > 1)
        .flat_map(|(name, list)| (0..list.len()).map(move |place| with(filter, name, without_item(list, place))))
        .collect()
}

/// The script with fewer rows: halves of them, quarters, and so on down to one.
fn scripts(script: &str) -> Vec<String> {
    let lines: Vec<&str> = script.lines().collect();
    let rows: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| line.starts_with("INSERT ")).map(|(place, _)| place).collect();
    let mut found = Vec::new();
    let mut size = rows.len();
    while size > 0 {
        found.extend(rows.chunks(size).map(|gone| {
            let kept = lines.iter().enumerate().filter(|(place, _)| !gone.contains(place));
            kept.map(|(_, line)| format!("{line}\n")).collect::<String>()
        }));
        size /= 2;
    }
    found
}

/// The mapping with a relationship less, an entity less, or an association table less.
fn mappings(mapping: &Value) -> Vec<Value> {
    let list = |name: &str| mapping[name].as_array().cloned().unwrap_or_default();
    let entities = list("entities");
    let fewer = ["entities", "association_tables"].into_iter().flat_map(|name| {
        let all = list(name);
        (0..all.len()).map(move |place| (name, without_item(&all, place))).collect::<Vec<_>>()
    });
    let mut found: Vec<Value> = fewer.map(|(name, list)| without_references(with(mapping, name, list))).collect();
    for (place, entity) in entities.iter().enumerate() {
        let relationships = entity["relationships"].as_array().cloned().unwrap_or_default();
        for (gone, relationship) in relationships.iter().enumerate() {
            let smaller = with(entity, "relationships", without_item(&relationships, gone));
            let mut entities = entities.clone();
            entities[place] = smaller;
            // The other side is no longer the other side of anything.
            let target = entities.iter_mut().find(|one| one["name"] == relationship["target"]);
            let backs = target.and_then(|target| target["relationships"].as_array_mut());
            for back in backs.into_iter().flatten().filter_map(Value::as_object_mut) {
                if back.get("name") == relationship.get("back_populates") {
                    back.remove("back_populates");
                }
            }
            found.push(with(mapping, "entities", Value::from(entities)));
        }
    }
    found
}

/// The mapping without foreign keys and relationships to tables and classes that are gone.
fn without_references(mut mapping: Value) -> Value {
    let names = |list: &Value, key: &str| -> Vec<Value> {
        list.as_array().into_iter().flatten().map(|one| one[key].clone()).collect()
    };
    let (entities, between) = (mapping["entities"].clone(), mapping["association_tables"].clone());
    let tables = [names(&entities, "table"), names(&between, "table")].concat();
    let classes = names(&entities, "name");
    for list in ["entities", "association_tables"] {
        for one in mapping[list].as_array_mut().into_iter().flatten() {
            if let Some(keys) = one["foreign_keys"].as_array_mut() {
                keys.retain(|key| tables.contains(&key["ref_table"]));
            }
            if let Some(relationships) = one.get_mut("relationships").and_then(Value::as_array_mut) {
                let through = |one: &Value| one.get("secondary").is_none_or(|table| tables.contains(table));
                relationships.retain(|one| classes.contains(&one["target"]) && through(one));
            }
        }
    }
    mapping
}

fn without_keys(object: &Value, kept: &[&str]) -> Vec<Value> {
    let Some(fields) = object.as_object() else { return Vec::new() };
    let removable = fields.keys().filter(|key| !kept.contains(&key.as_str()));
    removable
        .map(|key| {
            let rest = fields.iter().filter(|(name, _)| *name != key);
            Value::from(rest.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
        })
        .collect()
}

fn with(object: &Value, key: &str, value: Value) -> Value {
    let mut changed = object.clone();
    changed[key] = value;
    changed
}

fn without_item(list: &[Value], place: usize) -> Value {
    list.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, item)| item.clone()).collect()
}

fn with_item(list: &[Value], place: usize, item: Value) -> Value {
    let mut changed = list.to_vec();
    changed[place] = item;
    Value::from(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_part_of_a_plan_can_go() {
        let plan = json!({ "root": "A", "mode": "one", "filter": { "pk": [1, 2] },
            "relationships": [{ "name": "b", "strategy": "joined" }] });
        let smaller = requests(&plan);
        let without = |key: &str| smaller.iter().any(|one| one.get(key).is_none() && one["root"] == "A");
        assert!(without("mode"));
        assert!(smaller.iter().any(|one| one["relationships"] == json!([])));
        assert!(smaller.iter().any(|one| one["relationships"][0]["strategy"] == "select"));
        assert!(smaller.iter().any(|one| one["filter"] == json!({})));
        assert!(smaller.iter().any(|one| one["filter"]["pk"] == json!([2])));
    }

    #[test]
    fn rows_go_by_halves() {
        let script = "CREATE TABLE t (a);\nINSERT 1\nINSERT 2\n";
        assert_eq!(
            scripts(script),
            ["CREATE TABLE t (a);\n", "CREATE TABLE t (a);\nINSERT 2\n", "CREATE TABLE t (a);\nINSERT 1\n"]
        );
    }
}
