//! Samples that are loaded where the user asks for them: a file, or a schema of a server, from which they can be dropped again.

use crate::error::AppError;
use crate::passwords::Passwords;
use crate::source::Source;
use fetchscope_datasets::{Dataset, DatasetError, Progress, SampleSpec};
use fetchscope_drivers::postgres::write;
use serde::Serialize;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A sample that was loaded.
#[derive(Debug, Serialize)]
pub struct Loaded {
    /// What opens it.
    pub source: String,
    /// What it is.
    pub dataset: String,
    /// Size of the file it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The schema it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
}

/// Loads a sample into a file or a server. What is there is never overwritten.
pub fn load(
    name: &str,
    into: &str,
    passwords: &Passwords,
    progress: &mut dyn FnMut(Progress<'_>),
    cancel: &AtomicBool,
) -> Result<Loaded, AppError> {
    let spec: SampleSpec = name.strip_prefix("sample:").unwrap_or(name).parse()?;
    let dataset = Dataset::open(&spec)?;
    match into.parse::<Source>()? {
        Source::Sqlite(path) => {
            if Path::new(&path).exists() {
                return Err(AppError::Input(format!(
                    "{path} is already there and is not overwritten; name a new file, or delete it first"
                )));
            }
            fetchscope_datasets::create(&dataset, &spec, Path::new(&path), progress, cancel)?;
            let bytes = std::fs::metadata(&path).ok().map(|file| file.len());
            Ok(Loaded { source: format!("sqlite:{path}"), dataset: spec.to_string(), bytes, schema: None })
        }
        Source::Postgres(settings) => {
            let schema = fetchscope_datasets::load(&dataset, &spec, &passwords.connect(&settings)?, progress, cancel)?;
            let source = settings.looking_first_in(&schema).redacted();
            Ok(Loaded { source, dataset: spec.to_string(), bytes: None, schema: Some(schema) })
        }
        Source::Sample(_) => {
            let wanted = "--into wants `sqlite:PATH`, a file to create, or `postgres://USER@HOST/DATABASE`";
            Err(AppError::Input(wanted.to_owned()))
        }
    }
}

/// Drops the schema of a sample that was loaded into a server.
pub fn drop_schema(schema: &str, from: &str, passwords: &Passwords) -> Result<(), AppError> {
    let Source::Postgres(settings) = from.parse::<Source>()? else {
        return Err(AppError::Input("--from wants `postgres://USER@HOST/DATABASE`".to_owned()));
    };
    Ok(write::drop_schema(&passwords.connect(&settings)?, schema).map_err(DatasetError::from)?)
}
