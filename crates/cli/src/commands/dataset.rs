//! `fetchscope dataset`: the samples, one of them into a file or a schema, and out of it again.

use super::Verdict;
use crate::arguments::{Dataset as Arguments, DatasetCommand};
use crate::{output, password, progress};
use anyhow::Result;
use fetchscope_app::error::AppError;
use fetchscope_app::samples;
use fetchscope_datasets::DatasetInfo;
use fetchscope_report::format;
use serde::Serialize;

#[derive(Serialize)]
struct Listed {
    name: String,
    title: String,
    description: String,
    sizes: Vec<ListedSize>,
}

#[derive(Serialize)]
struct ListedSize {
    name: String,
    source: String,
    description: String,
}

#[derive(Serialize)]
struct Dropped<'a> {
    schema: &'a str,
}

/// Lists or loads.
pub(crate) fn run(arguments: &Arguments) -> Result<Verdict> {
    match &arguments.command {
        DatasetCommand::List { json } => list(*json),
        DatasetCommand::Load { name, into, json } => load(name, into, *json),
        DatasetCommand::Drop { schema, from, json } => drop_schema(schema, from, *json),
    }
}

fn list(json: bool) -> Result<Verdict> {
    let listed: Vec<Listed> =
        fetchscope_datasets::list().map_err(AppError::from)?.into_iter().map(Listed::from).collect();
    if json {
        output::json(&listed)?;
        return Ok(Verdict::Yes);
    }
    let mut lines = Vec::new();
    for dataset in listed {
        lines.push(format!("{}: {}", dataset.name, dataset.description));
        let width = dataset.sizes.iter().map(|size| size.source.len()).max().unwrap_or(0);
        lines.extend(dataset.sizes.iter().map(|size| format!("  {:<width$}  {}", size.source, size.description)));
    }
    lines.push("Options: &seed=N, &fk_indexes=off, &tenants=zipf".to_owned());
    output::result(&lines.join("\n"))?;
    Ok(Verdict::Yes)
}

impl From<DatasetInfo> for Listed {
    fn from(info: DatasetInfo) -> Listed {
        let sizes = info.sizes.into_iter().map(|size| ListedSize {
            source: format!("sample:{}?size={}", info.name, size.name),
            name: size.name,
            description: size.description,
        });
        Listed { sizes: sizes.collect(), name: info.name.clone(), title: info.title, description: info.description }
    }
}

fn load(name: &str, into: &str, json: bool) -> Result<Verdict> {
    let cancel = progress::cancel_on_interrupt()?;
    let loaded = samples::load(name, into, &password::passwords(), &mut progress::rows(), &cancel)?;
    if json {
        output::json(&loaded)?;
        return Ok(Verdict::Yes);
    }
    let place = match (&loaded.schema, loaded.bytes) {
        (Some(schema), _) => format!("schema {schema}, source {}", loaded.source),
        (None, bytes) => format!("{}, {}", loaded.source, bytes.map_or_else(String::new, format::bytes)),
    };
    output::result(&format!("{}: {place}", loaded.dataset))?;
    Ok(Verdict::Yes)
}

fn drop_schema(schema: &str, from: &str, json: bool) -> Result<Verdict> {
    samples::drop_schema(schema, from, &password::passwords())?;
    if json {
        output::json(&Dropped { schema })?;
    } else {
        output::result(&format!("dropped the schema {schema}"))?;
    }
    Ok(Verdict::Yes)
}
