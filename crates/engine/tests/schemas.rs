//! Tables outside the schema that a bare name stands for, in statements as SQLAlchemy writes them.

#![allow(clippy::unwrap_used, clippy::panic)]

use fetchscope_engine::load::{Loader, Step};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::sql::Dialect;
use serde_json::json;
use std::sync::Arc;

/// The first statement of a plan over invoices.
fn statement(plan: serde_json::Value) -> String {
    let column = |name: &str| json!({"name": name, "type": "integer"});
    let key = |name: &str| json!({"name": name, "type": "integer", "pk": true});
    let mapping = json!({"name": "shop", "entities": [
        {"name": "billing.invoices", "schema": "billing", "table": "invoices", "columns": [key("id"), column("parent_id")],
         "relationships": [
            {"name": "lines", "kind": "one_to_many", "target": "Line", "pairs": [["id", "inv_id"]]},
            {"name": "tags", "kind": "many_to_many", "target": "Tag", "secondary": "billing.tagged",
             "pairs": [["id", "invoice_id"]], "secondary_pairs": [["id", "tag_id"]]},
            {"name": "parent", "kind": "many_to_one", "target": "billing.invoices", "pairs": [["parent_id", "id"]]}]},
        {"name": "Line", "schema": "Bill.ing", "table": "order", "columns": [key("id"), column("inv_id")]},
        {"name": "Tag", "table": "tags", "columns": [key("id")]}],
      "association_tables": [
        {"schema": "billing", "table": "tagged", "columns": [key("invoice_id"), key("tag_id")]}]});
    let mapping = Arc::new(Mapping::check(&serde_json::from_value(mapping).unwrap()).unwrap());
    let program = Program::resolve(mapping, &serde_json::from_value(plan).unwrap(), Dialect::Postgres).unwrap();
    match Loader::new(Arc::new(program), Arc::default()).step().unwrap() {
        Step::Query(request) => request.sql.split_whitespace().collect::<Vec<_>>().join(" "),
        other @ (Step::Fetch(_) | Step::Commit | Step::Close | Step::Pause | Step::Done(_)) => panic!("{other:?}"),
    }
}

#[test]
fn columns_are_qualified_by_both_names_and_aliases_by_one() {
    let relationships = json!([{"name": "lines", "strategy": "joined"}, {"name": "tags", "strategy": "joined"}, {"name": "parent", "strategy": "joined"}]);
    let plan =
        json!({"root": "billing.invoices", "filter": {"limit": 3, "order_by": ["id"]}, "relationships": relationships});
    assert_eq!(
        statement(plan),
        "SELECT anon_1.id, anon_1.parent_id, order_1.id AS id_1, order_1.inv_id, tags_1.id AS id_2, \
         invoices_1.id AS id_3, invoices_1.parent_id AS parent_id_1 \
         FROM (SELECT billing.invoices.id AS id, billing.invoices.parent_id AS parent_id FROM billing.invoices \
         ORDER BY billing.invoices.id LIMIT $1::INTEGER) AS anon_1 \
         LEFT OUTER JOIN \"Bill.ing\".\"order\" AS order_1 ON anon_1.id = order_1.inv_id \
         LEFT OUTER JOIN (billing.tagged AS tagged_1 JOIN tags AS tags_1 ON tags_1.id = tagged_1.tag_id) \
         ON anon_1.id = tagged_1.invoice_id \
         LEFT OUTER JOIN billing.invoices AS invoices_1 ON invoices_1.id = anon_1.parent_id ORDER BY anon_1.id"
    );
}

#[test]
fn a_table_inside_exists_has_both_names_too() {
    let filter = json!({"has": [["lines.id", "==", 3]], "distinct": true});
    let plan = json!({"root": "billing.invoices", "filter": filter, "relationships": []});
    assert_eq!(
        statement(plan),
        "SELECT DISTINCT billing.invoices.id, billing.invoices.parent_id FROM billing.invoices \
         WHERE EXISTS (SELECT 1 FROM \"Bill.ing\".\"order\" \
         WHERE billing.invoices.id = \"Bill.ing\".\"order\".inv_id AND \"Bill.ing\".\"order\".id = $1::INTEGER)"
    );
}
