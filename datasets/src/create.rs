//! Making a sample: the generator's rows into a SQLite file, or into a schema of a PostgreSQL database.

use crate::blueprint::TableIndex;
use crate::dataset::Dataset;
use crate::error::DatasetError;
use crate::generator::Generator;
use crate::spec::{SampleSpec, TenantSizes};
use fetchscope_drivers::postgres;
use fetchscope_drivers::sqlite::write::{Writer, is_complete};
use fetchscope_engine::value::Value;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows between two looks at the cancellation, and two words about progress.
const ROWS_PER_REPORT: u64 = 2_048;

/// How far a sample has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'p> {
    /// What is being done.
    pub step: Step<'p>,
    /// Rows written, of all tables.
    pub rows_done: u64,
    /// Rows there will be, of all tables.
    pub rows_total: u64,
}

/// A part of making a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'p> {
    /// Writing the rows of a table.
    Rows {
        /// The table.
        table: &'p str,
        /// Rows of it that are written.
        done: u64,
        /// Rows it will have.
        total: u64,
    },
    /// Creating the indexes of a table.
    Indexes {
        /// The table.
        table: &'p str,
    },
    /// Bringing the file to the disk.
    Saving,
}

/// Writes a sample to `path`, replacing what stands there. Whatever happens meanwhile, the file is either whole or as it
/// was before. Cancelling takes effect within a few thousand rows.
///
/// # Errors
/// When the dataset has no such size, the file cannot be written, or `cancel` became true.
pub fn create(
    dataset: &Dataset,
    spec: &SampleSpec,
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
    cancel: &AtomicBool,
) -> Result<PathBuf, DatasetError> {
    let mut tables = Tables::of(dataset, spec, progress, cancel)?;
    let writer = Writer::create(path, &dataset.mapping)?;
    for index in tables.indices() {
        let mut into = writer.rows_of(tables.name(index))?;
        tables.rows(index, &mut |row| Ok(into.write(row)?))?;
    }
    for index in tables.indices() {
        let table = tables.begin_indexes(index)?;
        writer.create_indexes(table, spec.fk_indexes, cancel).map_err(|error| {
            match cancel.load(Ordering::Relaxed) {
                true => DatasetError::Cancelled,
                false => error.into(),
            }
        })?;
    }
    tables.saving()?;
    Ok(writer.finish()?)
}

/// Loads a sample into a schema of its own of a PostgreSQL database, and returns the schema's name. Whatever happens
/// meanwhile, it is there as a whole or not at all. Cancelling takes effect within a few thousand rows.
///
/// # Errors
/// When the dataset has no such size, the schema is there, the server says no, or `cancel` became true.
pub fn load(
    dataset: &Dataset,
    spec: &SampleSpec,
    database: &postgres::Database,
    progress: &mut dyn FnMut(Progress<'_>),
    cancel: &AtomicBool,
) -> Result<String, DatasetError> {
    let mut tables = Tables::of(dataset, spec, progress, cancel)?;
    let schema = schema_name(dataset, spec);
    let writer = postgres::write::Writer::create(database, &schema, &dataset.mapping, &spec.to_string())?;
    for index in tables.indices() {
        let mut into = writer.rows_of(tables.name(index))?;
        tables.rows(index, &mut |row| Ok(into.write(row)?))?;
        into.finish()?;
    }
    for index in tables.indices() {
        let table = tables.begin_indexes(index)?;
        writer.create_indexes(table, spec.fk_indexes, cancel)?;
    }
    tables.saving()?;
    writer.finish(cancel)?;
    Ok(schema)
}

/// The tables of a sample, and how far they have come.
struct Tables<'a> {
    dataset: &'a Dataset,
    generator: Generator<'a>,
    so_far: SoFar<'a>,
}

/// How far they have come, and who hears of it.
struct SoFar<'a> {
    progress: &'a mut dyn FnMut(Progress<'_>),
    cancel: &'a AtomicBool,
    rows_done: u64,
    rows_total: u64,
}

impl SoFar<'_> {
    fn report(&mut self, step: Step<'_>) -> Result<(), DatasetError> {
        (self.progress)(Progress { step, rows_done: self.rows_done, rows_total: self.rows_total });
        if self.cancel.load(Ordering::Relaxed) { Err(DatasetError::Cancelled) } else { Ok(()) }
    }
}

impl<'a> Tables<'a> {
    fn of(
        dataset: &'a Dataset,
        spec: &SampleSpec,
        progress: &'a mut dyn FnMut(Progress<'_>),
        cancel: &'a AtomicBool,
    ) -> Result<Tables<'a>, DatasetError> {
        let generator = Generator::new(&dataset.blueprint, dataset.size(&spec.size)?, spec.seed, spec.tenants);
        let mut tables = Tables { dataset, generator, so_far: SoFar { progress, cancel, rows_done: 0, rows_total: 0 } };
        tables.so_far.rows_total = tables.indices().map(|table| tables.generator.rows(table)).sum();
        Ok(tables)
    }

    fn indices(&self) -> impl Iterator<Item = TableIndex> + use<> {
        (0..self.dataset.blueprint.tables.len()).map(TableIndex)
    }

    fn name(&self, index: TableIndex) -> &'a str {
        self.dataset.blueprint.table(index).name.as_str()
    }

    /// Gives every row of a table.
    fn rows(
        &mut self,
        index: TableIndex,
        write: &mut dyn FnMut(&[Value]) -> Result<(), DatasetError>,
    ) -> Result<(), DatasetError> {
        let (table, total) = (self.name(index), self.generator.rows(index));
        let so_far = &mut self.so_far;
        let begun = so_far.rows_done;
        so_far.report(Step::Rows { table, done: 0, total })?;
        let mut rows = self.generator.stream(index);
        let mut done = 0;
        while let Some(row) = rows.next_row() {
            write(row)?;
            done += 1;
            if done % ROWS_PER_REPORT == 0 || done == total {
                so_far.rows_done = begun + done;
                so_far.report(Step::Rows { table, done, total })?;
            }
        }
        Ok(())
    }

    fn begin_indexes(&mut self, index: TableIndex) -> Result<&'a str, DatasetError> {
        let table = self.name(index);
        self.so_far.report(Step::Indexes { table })?;
        Ok(table)
    }

    fn saving(&mut self) -> Result<(), DatasetError> {
        self.so_far.report(Step::Saving)
    }
}

/// The sample as a file of a cache: returned at once if it is there, and made otherwise.
///
/// # Errors
/// As `create`.
pub fn ensure(
    dataset: &Dataset,
    spec: &SampleSpec,
    cache_dir: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
    cancel: &AtomicBool,
) -> Result<PathBuf, DatasetError> {
    let path = cache_dir.join(file_name(dataset, spec));
    if is_complete(&path) { Ok(path) } else { create(dataset, spec, &path, progress, cancel) }
}

/// The name of a sample in a cache. It carries every choice, and a fingerprint of the dataset's files and of the
/// generator: what was made of others is never taken for this.
#[must_use]
pub fn file_name(dataset: &Dataset, spec: &SampleSpec) -> String {
    let SampleSpec { dataset: _, size, seed, fk_indexes, tenants } = spec;
    let plain =
        |text: &str| -> String { text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect() };
    let (name, size, tenants) = (plain(&dataset.info.name), plain(size), tenants.name());
    let indexes = if *fk_indexes { "indexed" } else { "unindexed" };
    format!("{name}-{size}-seed{seed}-{tenants}-{indexes}-{}.sqlite3", dataset.fingerprint)
}

/// The schema that a sample is loaded into: it carries every choice that is not the usual one.
#[must_use]
pub fn schema_name(dataset: &Dataset, spec: &SampleSpec) -> String {
    let SampleSpec { dataset: _, size, seed, fk_indexes, tenants } = spec;
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
    };
    let mut name = format!("fetchscope_{}_{}", plain(&dataset.info.name), plain(size));
    if *seed != 1 {
        name.push_str(&format!("_seed{seed}"));
    }
    if !fk_indexes {
        name.push_str("_unindexed");
    }
    match tenants {
        TenantSizes::Uniform => {}
        TenantSizes::Zipf => name.push_str("_zipf"),
    }
    name
}
