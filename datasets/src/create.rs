//! Making a sample: the generator's rows into a SQLite file.

use crate::blueprint::TableIndex;
use crate::dataset::Dataset;
use crate::error::DatasetError;
use crate::generator::Generator;
use crate::spec::SampleSpec;
use fetchscope_drivers::sqlite::write::{Writer, is_complete};
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
    let blueprint = &dataset.blueprint;
    let generator = Generator::new(blueprint, dataset.size(&spec.size)?, spec.seed, spec.tenants);
    let tables = || (0..blueprint.tables.len()).map(TableIndex);
    let rows_total = tables().map(|table| generator.rows(table)).sum();
    let mut rows_done = 0;
    let mut report = |step, rows_done| {
        progress(Progress { step, rows_done, rows_total });
        if cancel.load(Ordering::Relaxed) { Err(DatasetError::Cancelled) } else { Ok(()) }
    };
    let writer = Writer::create(path, &dataset.mapping)?;
    for index in tables() {
        let (table, total) = (blueprint.table(index).name.as_str(), generator.rows(index));
        let mut rows = generator.stream(index);
        let mut into = writer.rows_of(table)?;
        let mut done = 0;
        report(Step::Rows { table, done, total }, rows_done)?;
        while let Some(row) = rows.next_row() {
            into.write(row)?;
            done += 1;
            if done % ROWS_PER_REPORT == 0 || done == total {
                report(Step::Rows { table, done, total }, rows_done + done)?;
            }
        }
        rows_done += done;
    }
    for index in tables() {
        let table = blueprint.table(index).name.as_str();
        report(Step::Indexes { table }, rows_done)?;
        writer.create_indexes(table, spec.fk_indexes, cancel).map_err(|error| {
            match cancel.load(Ordering::Relaxed) {
                true => DatasetError::Cancelled,
                false => error.into(),
            }
        })?;
    }
    report(Step::Saving, rows_done)?;
    Ok(writer.finish()?)
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
