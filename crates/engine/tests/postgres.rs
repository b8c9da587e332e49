//! What statements look like on PostgreSQL, as SQLAlchemy writes them for asyncpg.

#![allow(clippy::unwrap_used, clippy::panic)]

use fetchscope_engine::load::{Fetch, Loader, Request, Rows, Step};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::sql::Dialect;
use fetchscope_engine::value::{Value, Values};
use serde_json::json;
use std::sync::Arc;

/// The statements of a plan, each answered with these rows: one list of values for each statement.
fn statements(plan: serde_json::Value, answers: &[&[Value]]) -> Vec<Request> {
    let column = |name: &str, of: &str| json!({"name": name, "type": of});
    let key = |name: &str, of: &str| json!({"name": name, "type": of, "pk": true});
    let mapping = json!({"name": "shop", "entities": [
        {"name": "User", "table": "user",
         "columns": [key("id", "bigint"), column("plan", "string(40)"), column("active", "boolean"),
                     column("since", "datetime"), column("worth", "numeric(10, 2)")],
         "relationships": [
            {"name": "orders", "kind": "one_to_many", "target": "Order", "pairs": [["id", "user_id"]], "order_by": ["no"]},
            {"name": "groups", "kind": "many_to_many", "target": "Group", "secondary": "user_groups",
             "pairs": [["id", "user_id"]], "secondary_pairs": [["id", "group_id"]]}]},
        {"name": "Order", "table": "orders",
         "columns": [key("shop", "string(3)"), key("no", "integer"), column("user_id", "bigint"), column("photo", "bytea")],
         "relationships": [
            {"name": "user", "kind": "many_to_one", "target": "User", "pairs": [["user_id", "id"]]},
            {"name": "lines", "kind": "one_to_many", "target": "Line", "pairs": [["shop", "shop"], ["no", "order_no"]]}]},
        {"name": "Line", "table": "lines",
         "columns": [key("id", "integer"), column("shop", "string(3)"), column("order_no", "integer"), column("mood", "mood")]},
        {"name": "Group", "table": "groups", "columns": [key("id", "uuid")]}],
      "association_tables": [
        {"table": "user_groups", "columns": [column("user_id", "integer"), column("group_id", "uuid")]}]});
    let mapping = Arc::new(Mapping::check(&serde_json::from_value(mapping).unwrap()).unwrap());
    let program = Program::resolve(mapping, &serde_json::from_value(plan).unwrap(), Dialect::Postgres).unwrap();
    let mut loader = Loader::new(Arc::new(program), Arc::default());
    let (mut sent, mut answers) = (Vec::new(), answers.iter());
    loop {
        match loader.step().unwrap() {
            Step::Query(request) => {
                let values: Values = answers.next().copied().unwrap_or_default().iter().cloned().collect();
                loader.answer(Rows { width: request.kinds.len(), values });
                sent.push(request);
            }
            Step::Fetch(_) => loader.answer(Rows::default()),
            Step::Commit | Step::Close | Step::Pause => {}
            Step::Done(loaded) => {
                assert_eq!(loaded.error, None);
                return sent;
            }
        }
    }
}

fn text(request: &Request) -> String {
    request.sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What follows the list of tables in the root statement of a filter, and its parameters.
fn filtered(root: &str, filter: serde_json::Value) -> (String, Vec<Value>) {
    let sent = statements(json!({"root": root, "filter": filter}), &[]);
    let text = text(&sent[0]);
    let (_, from) = text.split_once(" FROM ").unwrap();
    (from.split_once(' ').unwrap().1.to_owned(), sent[0].params.clone())
}

fn user(id: i64) -> Vec<Value> {
    vec![id.into(), "free".into(), Value::Boolean(true), Value::Null, Value::Null]
}

#[test]
fn parameters_are_numbered_and_cast_to_the_type_of_what_they_are_compared_with() {
    let filter = json!({"where": [["id", ">=", 5], ["worth", "<", 2.5], ["worth", ">", "2.50"], ["plan", "like", "f%"],
                                  ["since", "<=", "2024-02-29T12:00:00"], ["plan", "in", ["a", "b"]]], "limit": 3, "offset": 2});
    let (text, params) = filtered("User", filter);
    assert_eq!(
        text,
        "WHERE \"user\".id >= $1::BIGINT AND \"user\".worth < $2::FLOAT AND \"user\".worth > $3::NUMERIC(10, 2) \
         AND \"user\".plan LIKE $4::VARCHAR AND \"user\".since <= $5::TIMESTAMP WITHOUT TIME ZONE \
         AND \"user\".plan IN ($6::VARCHAR, $7::VARCHAR) LIMIT $8::INTEGER OFFSET $9::INTEGER"
    );
    assert_eq!((params.len(), &params[7..]), (9, &[Value::Integer(3), Value::Integer(2)][..]));
    // A type that is not known is left to the server.
    assert_eq!(filtered("Line", json!({"mood": "calm"})).0, "WHERE lines.mood = $1");
}

#[test]
fn only_what_was_asked_for_is_limited() {
    assert_eq!(filtered("User", json!({"limit": 3})), ("LIMIT $1::INTEGER".to_owned(), vec![3.into()]));
    assert_eq!(filtered("User", json!({"offset": 4})), ("LIMIT ALL OFFSET $1::INTEGER".to_owned(), vec![4.into()]));
}

#[test]
fn truth_is_a_constant_and_in_lists_a_value() {
    assert_eq!(filtered("User", json!({"active": true})), ("WHERE \"user\".active = true".to_owned(), vec![]));
    assert_eq!(filtered("User", json!({"where": [["active", "is", false]]})).0, "WHERE \"user\".active IS false");
    let (text, params) = filtered("User", json!({"where": [["active", "in", [true]]]}));
    assert_eq!((text.as_str(), params), ("WHERE \"user\".active IN ($1::BOOLEAN)", vec![Value::Boolean(true)]));
}

#[test]
fn lists_of_composite_keys_have_no_casts_and_empty_ones_match_nothing() {
    let (text, _) = filtered("Order", json!({"pk": [["a", 1], ["b", 2]]}));
    assert_eq!(text, "WHERE (orders.shop, orders.no) IN (($1, $2), ($3, $4))");
    assert_eq!(filtered("Order", json!({"pk": [["a", 1]]})).0, "WHERE (orders.shop, orders.no) IN (($1, $2))");
    assert_eq!(filtered("User", json!({"pk": []})).0, "WHERE \"user\".id IN (NULL) AND (1 != 1)");
}

#[test]
fn a_key_has_the_type_of_the_column_it_stands_for() {
    let plan = |strategy| json!({"root": "User", "relationships": [{"name": "groups", "strategy": strategy}]});
    let lazy = statements(plan("select"), &[&user(7)]);
    assert_eq!(
        text(&lazy[1]),
        "SELECT groups.id FROM groups, user_groups \
         WHERE $1::BIGINT = user_groups.user_id AND groups.id = user_groups.group_id"
    );
    let selectin = statements(plan("selectin"), &[&user(7)]);
    assert!(text(&selectin[1]).ends_with("WHERE user_groups.user_id IN ($1::INTEGER)"), "{}", text(&selectin[1]));
    let subquery = json!({"root": "User", "filter": {"id": 7, "limit": 1, "order_by": ["id"]},
                          "relationships": [{"name": "orders", "strategy": "subquery"}]});
    let subquery = statements(subquery, &[&user(7)]);
    assert!(
        text(&subquery[1]).contains("WHERE \"user\".id = $1::BIGINT ORDER BY \"user\".id LIMIT $2::INTEGER) AS anon_1"),
        "{}",
        text(&subquery[1])
    );
}

#[test]
fn bulk_sends_an_array_for_each_part_of_a_key() {
    let bulk = |root: &str, name: &str| json!({"root": root, "relationships": [{"name": name, "strategy": "bulk", "form": "any"}]});
    let users = [user(7), user(9)].concat();
    let sent = statements(bulk("User", "orders"), &[&users]);
    assert!(text(&sent[1]).contains(" WHERE orders.user_id = ANY ($1::BIGINT[]) ORDER BY"), "{}", text(&sent[1]));
    assert_eq!(sent[1].params, vec![Value::from("{7,9}")]);
    let order = |shop: &str, no: i64| vec![shop.into(), no.into(), 7.into(), Value::Null];
    let orders = [order("a\"\\", 1), order("b", 2)].concat();
    let sent = statements(bulk("Order", "lines"), &[&orders]);
    let end = "(lines.shop, lines.order_no) IN (SELECT * FROM unnest($1::VARCHAR[], $2::INTEGER[]))";
    assert!(text(&sent[1]).ends_with(end), "{}", text(&sent[1]));
    assert_eq!(sent[1].params, vec![Value::from(r#"{"a\"\\","b"}"#), Value::from("{1,2}")]);
}

#[test]
fn json_is_made_beside_each_row() {
    let plan = json!({"root": "User", "relationships": [
        {"name": "orders", "strategy": "json_agg", "relationships": [{"name": "user", "strategy": "json_agg"}]}]});
    let nested = r#"[{"shop": "a", "no": 1, "user_id": 7, "photo": "00ff", "user": {"id": 7, "worth": "1.50"}}]"#;
    let root = [user(7), vec![nested.into()]].concat();
    let sent = statements(plan, &[&root]);
    assert_eq!(sent.len(), 1);
    assert_eq!(
        text(&sent[0]),
        "SELECT \"user\".id, \"user\".plan, \"user\".active, \"user\".since, \"user\".worth, anon_1.orders FROM \"user\" \
         LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(anon_2), '[]') AS orders FROM (\
         SELECT orders_1.shop AS shop, orders_1.no AS no, orders_1.user_id AS user_id, encode(orders_1.photo, 'hex') AS photo, \
         anon_3.\"user\" FROM orders AS orders_1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(anon_4) AS \"user\" FROM (\
         SELECT user_1.id AS id, user_1.plan AS plan, user_1.active AS active, \
         to_char(user_1.since, 'YYYY-MM-DD\"T\"HH24:MI:SS.US') AS since, user_1.worth::TEXT AS worth \
         FROM \"user\" AS user_1 WHERE user_1.id = orders_1.user_id LIMIT 1) AS anon_4) AS anon_3 ON true \
         WHERE \"user\".id = orders_1.user_id ORDER BY orders_1.no) AS anon_2) AS anon_1 ON true"
    );
}

#[test]
fn executing_fetches_everything_unless_it_streams() {
    let fetch = |plan| statements(plan, &[])[0].fetch;
    assert_eq!(fetch(json!({"root": "User", "mode": "execute_only"})), Fetch::All);
    let stream = json!({"root": "User", "mode": "stream_execute_only", "session": "async"});
    assert_eq!(fetch(stream), Fetch::Nothing);
}
