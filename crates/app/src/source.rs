//! Sources: `sample:…`, `sqlite:PATH` and `postgres://…`, opened into a database with its mapping.

use crate::error::AppError;
use crate::passwords::Passwords;
use crate::paths::Paths;
use fetchscope_datasets::{Dataset, NamedEndpoint, Progress, SampleSpec};
use fetchscope_drivers::database::Database;
use fetchscope_drivers::postgres::Settings;
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::document::Strategy;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A source as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A sample, generated when it is not there yet.
    Sample(SampleSpec),
    /// A SQLite file of the user's.
    Sqlite(String),
    /// A PostgreSQL server.
    Postgres(Box<Settings>),
}

/// An opened source.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The source in its canonical form.
    pub source: String,
    /// For titles: `CitizenApp s`, or the file's name.
    pub title: String,
    /// Database and version.
    pub engine: String,
    /// More about the data, after the title: `seed 1, uniform tenants, foreign-key indexes on`.
    pub data: String,
    /// The database itself.
    pub database: Database,
    /// The mapping as a file would say it.
    pub document: MappingDocument,
    /// The mapping, checked.
    pub mapping: Arc<Mapping>,
    /// Endpoints that ship with a sample.
    pub endpoints: Vec<NamedEndpoint>,
    /// Name of the endpoint to begin with.
    pub first_endpoint: Option<String>,
    /// Tables left out, and why.
    pub notices: Vec<String>,
    /// How many rows an entity's table has, where the database knows without counting.
    pub estimates: BTreeMap<String, u64>,
}

impl std::str::FromStr for Source {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Source, AppError> {
        if let Some(sample) = text.strip_prefix("sample:") {
            return Ok(Source::Sample(sample.parse()?));
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            if path.is_empty() {
                return Err(AppError::Input("`sqlite:` wants the path of a file after it".to_owned()));
            }
            return Ok(Source::Sqlite(path.to_owned()));
        }
        if ["postgres://", "postgresql://", "postgresql+"].iter().any(|scheme| text.starts_with(scheme)) {
            let settings = Settings::parse(text, &environment)?;
            return Ok(Source::Postgres(Box::new(settings)));
        }
        let hint =
            if Path::new(text).exists() { format!("; for that file write `sqlite:{text}`") } else { String::new() };
        Err(AppError::Input(format!(
            "`{text}` is not a source; write `sample:citizenapp`, `sample:citizenapp?size=m`, `sqlite:PATH` or \
             `postgres://USER@HOST/DATABASE`{hint}"
        )))
    }
}

impl Source {
    /// Opens the source; a sample that is not there yet is generated, and `progress` hears of it.
    pub fn open(
        &self,
        paths: &Paths,
        passwords: &Passwords,
        mapping: Option<&MappingDocument>,
        progress: &mut dyn FnMut(Progress<'_>),
        cancel: &AtomicBool,
    ) -> Result<Opened, AppError> {
        match self {
            Source::Sample(spec) => open_sample(spec, paths, mapping, progress, cancel),
            Source::Sqlite(path) => open_file(path, mapping),
            Source::Postgres(settings) => open_server(settings, passwords, mapping),
        }
    }
}

impl Opened {
    /// The same database seen through another mapping, which is held against the tables that are there. Endpoints that the
    /// source ships with stay where they can be loaded so.
    pub(crate) fn seen_through(&self, document: MappingDocument) -> Result<Opened, AppError> {
        let mapping = check(&self.database, &document, true)?;
        let loads = |one: &&NamedEndpoint| {
            let plan = one.endpoint.plan(&IndexMap::new(), Strategy::Select);
            Program::resolve(mapping.clone(), &plan, self.database.dialect()).is_ok()
        };
        let endpoints: Vec<NamedEndpoint> = self.endpoints.iter().filter(loads).cloned().collect();
        Ok(Opened { endpoints, mapping, document, ..self.clone() })
    }
}

fn open_sample(
    spec: &SampleSpec,
    paths: &Paths,
    mapping: Option<&MappingDocument>,
    progress: &mut dyn FnMut(Progress<'_>),
    cancel: &AtomicBool,
) -> Result<Opened, AppError> {
    let dataset = Dataset::open(spec)?;
    let path = fetchscope_datasets::ensure(&dataset, spec, &paths.samples, progress, cancel)?;
    let database = Database::open_file(&path)?;
    let document = mapping.unwrap_or(&dataset.mapping).clone();
    let first_endpoint = Some(dataset.default_endpoint(&spec.size)?.name.clone());
    let checked = check(&database, &document, mapping.is_some())?;
    Ok(Opened {
        source: format!("sample:{spec}"),
        title: format!("{} {}", dataset.info.title, spec.size),
        engine: database.version(),
        data: described(spec),
        database,
        mapping: checked,
        document,
        endpoints: dataset.endpoints,
        first_endpoint,
        notices: Vec::new(),
        estimates: BTreeMap::new(),
    })
}

/// A sample's choices.
fn described(spec: &SampleSpec) -> String {
    let indexes = if spec.fk_indexes { "on" } else { "off" };
    format!("seed {}, {} tenants, foreign-key indexes {indexes}", spec.seed, spec.tenants.name())
}

fn open_file(path: &str, mapping: Option<&MappingDocument>) -> Result<Opened, AppError> {
    let database = Database::open_file(Path::new(path))?;
    let name = Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned());
    let (document, notices) = match mapping {
        Some(document) => (document.clone(), Vec::new()),
        None => {
            let found = database.connect()?.introspect(&name)?;
            (found.mapping, found.notices)
        }
    };
    let checked = check(&database, &document, mapping.is_some())?;
    Ok(Opened {
        source: format!("sqlite:{path}"),
        title: name,
        engine: database.version(),
        data: "opened read-only".to_owned(),
        database,
        mapping: checked,
        document,
        endpoints: Vec::new(),
        first_endpoint: None,
        notices,
        // A file does not know without counting.
        estimates: BTreeMap::new(),
    })
}

/// A variable of the environment.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn open_server(
    settings: &Settings,
    passwords: &Passwords,
    mapping: Option<&MappingDocument>,
) -> Result<Opened, AppError> {
    let database = Database::Postgres(Box::new(passwords.connect(settings)?));
    let session = database.connect()?;
    let made_of = session.made_of()?.map(|spec| spec.parse::<SampleSpec>()).transpose()?;
    let sample = made_of.as_ref().map(Dataset::open).transpose()?;
    let (document, endpoints, notices, estimates) = match (mapping, sample.as_ref()) {
        (Some(written), _) => (written.clone(), Vec::new(), Vec::new(), BTreeMap::new()),
        (None, Some(sample)) => (sample.mapping.clone(), sample.endpoints.clone(), Vec::new(), BTreeMap::new()),
        (None, None) => {
            let found = session.introspect(&settings.database)?;
            (found.mapping, Vec::new(), found.notices, found.estimates)
        }
    };
    let (title, data, first_endpoint) = match made_of.as_ref().zip(sample.as_ref()) {
        Some((spec, sample)) => (
            format!("{} {}", sample.info.title, spec.size),
            format!("{}, {}", described(spec), settings.server()),
            Some(sample.default_endpoint(&spec.size)?.name.clone()),
        ),
        None => (settings.database.clone(), format!("{}, opened read-only", settings.server()), None),
    };
    let checked = check(&database, &document, mapping.is_some())?;
    Ok(Opened {
        // What is kept, shown and written down has no password.
        source: settings.redacted(),
        title,
        engine: database.version(),
        data,
        database,
        mapping: checked,
        document,
        endpoints,
        first_endpoint,
        notices,
        estimates,
    })
}

/// A mapping that somebody wrote is held against the tables that are really there.
fn check(database: &Database, document: &MappingDocument, written: bool) -> Result<Arc<Mapping>, AppError> {
    let mapping = Mapping::check(document)?;
    if written {
        database.connect()?.verify(document)?;
    }
    Ok(Arc::new(mapping))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_sqlalchemy_is_a_server() {
        for address in ["postgres://ann@h/d", "postgresql://ann@h/d", "postgresql+asyncpg://ann:secret@h/d"] {
            let Ok(Source::Postgres(settings)) = address.parse() else { panic!("{address}") };
            assert_eq!(settings.redacted(), "postgres://ann@h:5432/d");
        }
    }
}
