//! The tables of a sample while it is made, and how far that has come.

use crate::blueprint::TableIndex;
use crate::dataset::Dataset;
use crate::error::DatasetError;
use crate::generator::{Generator, RowStream};
use crate::spec::SampleSpec;
use std::sync::atomic::{AtomicBool, Ordering};

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
    /// Creating the indexes of a table, and its keys where they come after the rows.
    Indexes {
        /// The table.
        table: &'p str,
    },
    /// Bringing the file to the disk.
    Saving,
}

/// The tables of a sample to be made, in the order in which they refer to each other.
pub(crate) struct Making<'a> {
    dataset: &'a Dataset,
    generator: Generator<'a>,
}

impl<'a> Making<'a> {
    pub(crate) fn of(dataset: &'a Dataset, spec: &SampleSpec) -> Result<Making<'a>, DatasetError> {
        let generator = Generator::new(&dataset.blueprint, dataset.size(&spec.size)?, spec.seed, spec.tenants);
        Ok(Making { dataset, generator })
    }

    pub(crate) fn indices(&self) -> impl Iterator<Item = TableIndex> + use<> {
        (0..self.dataset.blueprint.tables.len()).map(TableIndex)
    }

    pub(crate) fn name(&self, index: TableIndex) -> &'a str {
        self.dataset.blueprint.table(index).name.as_str()
    }

    pub(crate) fn rows(&self, index: TableIndex) -> u64 {
        self.generator.rows(index)
    }

    pub(crate) fn stream(&self, index: TableIndex) -> RowStream<'_> {
        self.generator.stream(index)
    }
}

/// How far a sample has come, and who hears of it. Whoever cancels is heard at every word.
pub(crate) struct SoFar<'a> {
    progress: &'a mut dyn FnMut(Progress<'_>),
    cancel: &'a AtomicBool,
    /// Rows of all tables before the one at hand.
    before: u64,
    /// Rows of the table at hand.
    done: u64,
    total: u64,
    rows_total: u64,
}

impl<'a> SoFar<'a> {
    pub(crate) fn begin(
        making: &Making<'_>,
        progress: &'a mut dyn FnMut(Progress<'_>),
        cancel: &'a AtomicBool,
    ) -> SoFar<'a> {
        let rows_total = making.indices().map(|index| making.rows(index)).sum();
        SoFar { progress, cancel, before: 0, done: 0, total: 0, rows_total }
    }

    /// The rows of a table begin.
    pub(crate) fn table(&mut self, table: &str, total: u64) -> Result<(), DatasetError> {
        self.before += self.done;
        (self.done, self.total) = (0, total);
        self.rows(table, 0)
    }

    /// So many more of them are written.
    pub(crate) fn rows(&mut self, table: &str, more: u64) -> Result<(), DatasetError> {
        self.done += more;
        self.report(Step::Rows { table, done: self.done, total: self.total })
    }

    /// The indexes of a table begin.
    pub(crate) fn indexes(&mut self, table: &str) -> Result<(), DatasetError> {
        self.report(Step::Indexes { table })
    }

    pub(crate) fn saving(&mut self) -> Result<(), DatasetError> {
        self.report(Step::Saving)
    }

    fn report(&mut self, step: Step<'_>) -> Result<(), DatasetError> {
        (self.progress)(Progress { step, rows_done: self.before + self.done, rows_total: self.rows_total });
        if self.cancel.load(Ordering::Relaxed) { Err(DatasetError::Cancelled) } else { Ok(()) }
    }
}
