//! `fetchscope dataset`: the samples, and one of them into a file.

use super::Verdict;
use crate::arguments::{Dataset as Arguments, DatasetCommand};
use crate::{output, progress};
use anyhow::Result;
use fetchscope_app::error::AppError;
use fetchscope_app::source::Source;
use fetchscope_datasets::{Dataset, DatasetInfo, SampleSpec};
use fetchscope_report::format;
use serde::Serialize;
use std::path::Path;

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
struct Loaded {
    source: String,
    dataset: String,
    bytes: u64,
}

/// Lists or loads.
pub(crate) fn run(arguments: &Arguments) -> Result<Verdict> {
    match &arguments.command {
        DatasetCommand::List { json } => list(*json),
        DatasetCommand::Load { name, into, json } => load(name, into, *json),
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
    let spec: SampleSpec = name.strip_prefix("sample:").unwrap_or(name).parse().map_err(AppError::from)?;
    let dataset = Dataset::open(&spec).map_err(AppError::from)?;
    let path = match into.parse::<Source>()? {
        Source::Sqlite(path) => path,
        Source::Sample(_) | Source::Postgres(_) => {
            return Err(AppError::Input("--into wants `sqlite:PATH`, a file to create".to_owned()).into());
        }
    };
    if Path::new(&path).exists() {
        return Err(AppError::Input(format!(
            "{path} is already there and is not overwritten; name a new file, or delete it first"
        ))
        .into());
    }
    let cancel = progress::cancel_on_interrupt()?;
    let mut bar = progress::rows();
    fetchscope_datasets::create(&dataset, &spec, Path::new(&path), &mut bar, &cancel).map_err(AppError::from)?;
    let bytes = std::fs::metadata(&path)?.len();
    if json {
        output::json(&Loaded { source: format!("sqlite:{path}"), dataset: spec.to_string(), bytes })?;
    } else {
        output::result(&format!("{path}: {spec}, {}", format::bytes(bytes)))?;
    }
    Ok(Verdict::Yes)
}
