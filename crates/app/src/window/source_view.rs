//! An opened source, as the window shows it.

use crate::error::AppError;
use crate::source::Opened;
use crate::wire::{ColumnView, EndpointView, EntityView, RelationshipView, SourceView, TableView};
use crate::{document, endpoints, experiment};
use fetchscope_engine::mapping::document::{ColumnDocument, ForeignKeyDocument, RelationshipDocument};
use fetchscope_report::format;

/// The view of an opened source.
pub(super) fn view(opened: &Opened) -> Result<SourceView, AppError> {
    let offered = endpoints::of(opened);
    let Some(first) = offered.first() else {
        let left_out = opened.notices.join(" ");
        return Err(AppError::Input(format!(
            "{} has no table that can be loaded as objects; a table needs a primary key. {left_out}",
            opened.title
        )));
    };
    let experiment = document::doc(&experiment::default_experiment(&opened.source, first.endpoint.clone()))?;
    let endpoints = offered
        .iter()
        .map(|one| {
            Ok(EndpointView {
                title: one.title.clone(),
                description: one.description.clone(),
                endpoint: document::endpoint_doc(&one.endpoint)?,
            })
        })
        .collect::<Result<_, AppError>>()?;
    let entities = opened.document.entities.iter().map(|entity| EntityView {
        name: entity.name.clone(),
        table: entity.full_name(),
        rows: opened.estimates.get(&entity.name).map(|rows| {
            let noun = if *rows == 1 { "row" } else { "rows" };
            format!("about {} {noun}", format::count(*rows))
        }),
        columns: columns(&entity.columns, &entity.foreign_keys),
        relationships: entity
            .relationships
            .iter()
            .map(|one| RelationshipView {
                name: one.name.clone(),
                cardinality: one.kind.cardinality().to_owned(),
                target: one.target.clone(),
                collection: one.kind.is_collection(),
                columns: connected(one),
                pairs: one.pairs.clone(),
                secondary: one.secondary.clone(),
            })
            .collect(),
    });
    Ok(SourceView {
        source: opened.source.clone(),
        title: opened.title.clone(),
        database: opened.engine.clone(),
        data: opened.data.clone(),
        entities: entities.collect(),
        association_tables: opened
            .document
            .association_tables
            .iter()
            .map(|table| TableView { name: table.full_name(), columns: columns(&table.columns, &table.foreign_keys) })
            .collect(),
        endpoints,
        notices: opened.notices.clone(),
        experiment,
    })
}

fn columns(columns: &[ColumnDocument], keys: &[ForeignKeyDocument]) -> Vec<ColumnView> {
    let one = |column: &ColumnDocument| ColumnView {
        name: column.name.clone(),
        type_name: column.type_name.clone(),
        primary: column.pk,
        foreign: keys.iter().any(|key| key.columns.contains(&column.name)),
        nullable: column.nullable,
    };
    columns.iter().map(one).collect()
}

/// Which columns a relationship connects.
fn connected(one: &RelationshipDocument) -> String {
    let far = one.secondary.as_deref().unwrap_or(&one.target);
    let near = one.pairs.iter().map(|(own, other)| format!("{own} = {far}.{other}"));
    let through =
        one.secondary_pairs.iter().map(|(other, between)| format!("{far}.{between} = {}.{other}", one.target));
    near.chain(through).collect::<Vec<_>>().join(", ")
}
