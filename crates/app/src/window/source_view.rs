//! An opened source, as the window shows it.

use crate::error::AppError;
use crate::source::Opened;
use crate::wire::{EndpointView, EntityView, RelationshipView, SourceView};
use crate::{document, endpoints, experiment};

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
        columns: entity.columns.iter().map(|column| column.name.clone()).collect(),
        relationships: entity
            .relationships
            .iter()
            .map(|one| RelationshipView {
                name: one.name.clone(),
                cardinality: one.kind.cardinality().to_owned(),
                target: one.target.clone(),
                collection: one.kind.is_collection(),
            })
            .collect(),
    });
    Ok(SourceView {
        source: opened.source.clone(),
        title: opened.title.clone(),
        database: opened.engine.clone(),
        data: opened.data.clone(),
        entities: entities.collect(),
        endpoints,
        notices: opened.notices.clone(),
        experiment,
    })
}
