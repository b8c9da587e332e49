//! Making a sample as a SQLite file.

use crate::dataset::Dataset;
use crate::error::DatasetError;
use crate::progress::{Making, Progress, SoFar};
use crate::spec::SampleSpec;
use fetchscope_drivers::sqlite::write::{Writer, is_complete};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows between two looks at the cancellation, and two words about progress.
const ROWS_PER_REPORT: u64 = 2_048;

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
    let making = Making::of(dataset, spec)?;
    let mut so_far = SoFar::begin(&making, progress, cancel);
    let writer = Writer::create(path, &dataset.mapping)?;
    for index in making.indices() {
        let table = making.name(index);
        let mut into = writer.rows_of(table)?;
        so_far.table(table, making.rows(index))?;
        let mut rows = making.stream(index);
        let mut waiting = 0;
        while let Some(row) = rows.next_row() {
            into.write(row)?;
            waiting += 1;
            if waiting == ROWS_PER_REPORT {
                so_far.rows(table, std::mem::take(&mut waiting))?;
            }
        }
        so_far.rows(table, waiting)?;
    }
    for index in making.indices() {
        let table = making.name(index);
        so_far.indexes(table)?;
        writer.create_indexes(table, spec.fk_indexes, cancel).map_err(|error| {
            match cancel.load(Ordering::Relaxed) {
                true => DatasetError::Cancelled,
                false => error.into(),
            }
        })?;
    }
    so_far.saving()?;
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
