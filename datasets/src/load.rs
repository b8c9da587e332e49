//! Loading a sample into a schema of a PostgreSQL database.
//!
//! Rows are made by a thread of their own, ahead of the server: it builds the indexes of one table while the rows of the
//! next become ready, so that a load takes about as long as what takes longer of the two.

use crate::dataset::Dataset;
use crate::error::DatasetError;
use crate::progress::{Making, Progress, SoFar};
use crate::spec::{SampleSpec, TenantSizes};
use fetchscope_drivers::postgres::Database;
use fetchscope_drivers::postgres::write::{Chunk, Encoder, LoadError, Writer};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Chunks that may be ready and not yet sent; each has a quarter of a megabyte.
const AHEAD: usize = 128;

/// A part of a table, in the order of its rows.
enum Part {
    Rows(Chunk),
    /// The last rows of a table.
    Last(Chunk),
}

/// Loads a sample into a schema of its own of a PostgreSQL database, and returns the schema's name. Whatever happens
/// meanwhile, it is there as a whole or not at all. Cancelling takes effect within a few thousand rows.
///
/// # Errors
/// When the dataset has no such size, the schema is there, the server says no, or `cancel` became true.
pub fn load(
    dataset: &Dataset,
    spec: &SampleSpec,
    database: &Database,
    progress: &mut dyn FnMut(Progress<'_>),
    cancel: &AtomicBool,
) -> Result<String, DatasetError> {
    let making = Making::of(dataset, spec)?;
    let mut so_far = SoFar::begin(&making, progress, cancel);
    let schema = schema_name(dataset, spec);
    let writer = Writer::create(database, &schema, &dataset.mapping, &spec.to_string())?;
    let encoders = making.indices().map(|index| writer.encoder(making.name(index))).collect::<Result<Vec<_>, _>>()?;
    std::thread::scope(|scope| {
        let (ready, parts) = sync_channel(AHEAD);
        let making = &making;
        scope.spawn(move || {
            if let Err(error) = make_ready(making, encoders, &ready) {
                // Whoever does not listen any more has failed.
                drop(ready.send(Err(error)));
            }
        });
        for index in making.indices() {
            let table = making.name(index);
            so_far.table(table, making.rows(index))?;
            copy(&writer, table, &parts, &mut |rows| so_far.rows(table, rows))?;
            so_far.indexes(table)?;
            writer.create_indexes(table, spec.fk_indexes, cancel)?;
        }
        Ok::<(), DatasetError>(())
    })?;
    for index in making.indices() {
        so_far.indexes(making.name(index))?;
        writer.create_foreign_keys(making.name(index), cancel)?;
    }
    so_far.saving()?;
    writer.finish(cancel)?;
    Ok(schema)
}

/// Makes the rows of all tables ready, as far ahead as it may.
fn make_ready(
    making: &Making<'_>,
    encoders: Vec<Encoder<'_>>,
    ready: &SyncSender<Result<Part, LoadError>>,
) -> Result<(), LoadError> {
    for (index, mut encoder) in making.indices().zip(encoders) {
        let mut rows = making.stream(index);
        while let Some(row) = rows.next_row() {
            if let Some(chunk) = encoder.row(row)?
                && ready.send(Ok(Part::Rows(chunk))).is_err()
            {
                return Ok(());
            }
        }
        if ready.send(Ok(Part::Last(encoder.end()))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Sends the rows of one table as they become ready.
fn copy(
    writer: &Writer,
    table: &str,
    parts: &Receiver<Result<Part, LoadError>>,
    sent: &mut dyn FnMut(u64) -> Result<(), DatasetError>,
) -> Result<(), DatasetError> {
    let mut copy = writer.copy_into(table)?;
    // Without another part the thread that makes them has panicked, which its scope reports.
    while let Ok(part) = parts.recv() {
        let (chunk, is_last) = match part? {
            Part::Rows(chunk) => (chunk, false),
            Part::Last(chunk) => (chunk, true),
        };
        let rows = chunk.rows;
        copy.send(chunk)?;
        sent(rows)?;
        if is_last {
            break;
        }
    }
    Ok(copy.finish()?)
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
