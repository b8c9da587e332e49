//! Catalogues by hand, and the mappings they give.

use super::*;
use crate::postgres::introspect::catalogue::{Column, Constraint, Index, Type, TypeKind};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::mapping::document::RelationshipKind;

/// Tables `name`, `schema` with columns of whole numbers, the first of which is the key.
fn catalogue(tables: &[(&str, &str, &[&str])]) -> Catalogue {
    let mut catalogue = Catalogue { default_schema: Some("public".to_owned()), ..Catalogue::default() };
    let integer = Type { name: "int4".to_owned(), kind: TypeKind::Plain, built_in: true };
    catalogue.types.insert(Oid(23), integer);
    for (oid, (schema, name, columns)) in (1..).map(Oid).zip(tables) {
        catalogue.relations.push(Relation {
            oid,
            schema: (*schema).to_owned(),
            name: (*name).to_owned(),
            kind: RelationKind::Table,
            readable: true,
            rows: None,
        });
        let column = |(number, name): (Attribute, &&str)| Column {
            number,
            name: (*name).to_owned(),
            type_oid: Oid(23),
            modifier: -1,
            not_null: number == 1,
        };
        catalogue.columns.insert(oid, (1..).zip(*columns).map(column).collect());
        catalogue.constraints.push(Constraint { table: oid, kind: ConstraintKind::PrimaryKey, columns: vec![1] });
    }
    catalogue
}

fn refers(catalogue: &mut Catalogue, from: u32, column: Attribute, to: u32) {
    let kind = ConstraintKind::ForeignKey { table: Oid(to), columns: vec![1] };
    catalogue.constraints.push(Constraint { table: Oid(from), kind, columns: vec![column] });
}

#[test]
fn a_table_of_another_schema_is_called_with_it_and_referred_to_across() {
    let mut catalogue = catalogue(&[("public", "users", &["id"]), ("billing", "invoices", &["id", "user_id"])]);
    refers(&mut catalogue, 2, 2, 1);
    let mapping = assemble(&catalogue, "shop").mapping;
    let [invoices, users] = mapping.entities.as_slice() else { panic!("{mapping:?}") };
    assert_eq!((invoices.name.as_str(), invoices.schema.as_deref()), ("billing.invoices", Some("billing")));
    assert_eq!((invoices.table.as_str(), users.schema.as_deref()), ("invoices", None));
    let near = &invoices.relationships[0];
    let far = &users.relationships[0];
    assert_eq!((near.name.as_str(), near.target.as_str(), near.kind), ("user", "users", RelationshipKind::ManyToOne));
    assert_eq!((far.name.as_str(), far.target.as_str()), ("invoices", "billing.invoices"));
    Mapping::check(&mapping).unwrap();
}

#[test]
fn a_unique_foreign_key_gives_one_object_and_any_other_a_collection() {
    let mut catalogue = catalogue(&[("public", "a", &["id"]), ("public", "b", &["id", "a_id", "other_id"])]);
    refers(&mut catalogue, 2, 2, 1);
    refers(&mut catalogue, 2, 3, 1);
    catalogue.indexes.push(Index { table: Oid(2), columns: vec![2], unique: true, own: true });
    // One that computes something says nothing of a column.
    catalogue.indexes.push(Index { table: Oid(2), columns: vec![0], unique: true, own: true });
    let mapping = assemble(&catalogue, "two").mapping;
    let kinds: Vec<_> = mapping.entities[0].relationships.iter().map(|one| (one.name.as_str(), one.kind)).collect();
    assert_eq!(kinds, [("b_by_a_id", RelationshipKind::OneToOne), ("b_by_other_id", RelationshipKind::OneToMany)]);
    assert_eq!(mapping.entities[1].indexes, [["a_id"]]);
}

#[test]
fn what_cannot_be_read_or_told_apart_is_left_out_with_a_word() {
    let mut catalogue = catalogue(&[
        ("public", "a", &["id", "secret_id"]),
        ("public", "secret", &["id"]),
        ("public", "seen", &["id"]),
        ("public", "loose", &["id"]),
    ]);
    refers(&mut catalogue, 1, 2, 2);
    catalogue.relations[1].readable = false;
    catalogue.relations[2].kind = RelationKind::View;
    catalogue.constraints.retain(|constraint| constraint.table != Oid(4));
    let found = assemble(&catalogue, "some");
    assert_eq!(
        found.notices,
        [
            "The table `secret` is left out: this role may not read it.",
            "The view `seen` is left out: a view has no primary key.",
            "The table `loose` is left out: it has no primary key, so its rows cannot be told apart as objects.",
        ]
    );
    let [a] = found.mapping.entities.as_slice() else { panic!("{found:?}") };
    assert!(a.relationships.is_empty() && a.foreign_keys.is_empty());
}

#[test]
fn estimates_are_of_the_whole_table() {
    let mut catalogue =
        catalogue(&[("public", "a", &["id"]), ("public", "parts", &["id"]), ("public", "new", &["id"])]);
    catalogue.relations[0].rows = Some(7);
    catalogue.relations[1].kind = RelationKind::Partitioned;
    catalogue.partitioned.insert(Oid(2), 300);
    let estimates = assemble(&catalogue, "some").estimates;
    assert_eq!(estimates, BTreeMap::from([("a".to_owned(), 7), ("parts".to_owned(), 300)]));
}
