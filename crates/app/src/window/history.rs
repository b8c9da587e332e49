//! The runs of the past, as the window asks for them.

use super::{Answer, App};
use crate::error::AppError;
use crate::history::{History, HistoryError, RunId};
use crate::window::run_view::{counted, estimate};
use crate::wire::{BetweenRow, BetweenSide, BetweenView, DifferenceView, HistoryEntry, RunView};
use fetchscope_report::between::{APART, Between, Difference, Pair, between};
use fetchscope_report::rows::Row;

impl App {
    /// The runs in which every word of the search occurs, newest first.
    pub fn list_history(&self, search: &str) -> Answer<Vec<HistoryEntry>> {
        Ok(self.past()?.list(search).map_err(AppError::from)?)
    }

    /// A run of the past as it was shown when it had ended.
    pub fn open_run(&self, run: &str) -> Answer<RunView> {
        Ok(self.runs.reopen(run, self.history())?)
    }

    /// Calls a run something else.
    pub fn rename_run(&self, run: &str, name: &str) -> Answer<HistoryEntry> {
        self.changed(run, |history, run| history.rename(run, name))
    }

    /// Gives a run other tags.
    pub fn tag_run(&self, run: &str, tags: &[String]) -> Answer<HistoryEntry> {
        self.changed(run, |history, run| history.tag(run, tags))
    }

    /// Brings back a run that was deleted.
    pub fn restore_run(&self, run: &str) -> Answer<HistoryEntry> {
        self.changed(run, History::restore)
    }

    /// Deletes a run; it can be brought back for a day.
    pub fn delete_run(&self, run: &str) -> Answer<()> {
        let run: RunId = run.parse().map_err(AppError::from)?;
        Ok(self.past()?.delete(run).map_err(AppError::from)?)
    }

    /// Two runs beside each other, the earlier one first.
    pub fn compare_runs(&self, one: &str, other: &str) -> Answer<BetweenView> {
        let history = self.past()?;
        let numbered = |run: &str| run.parse::<RunId>().map_err(AppError::from);
        let (before, after) = history.pair(numbered(one)?, numbered(other)?).map_err(AppError::from)?;
        let Between { differences, pairs } = between(&before.outcome, &after.outcome);
        let told = |Difference { what, before, after }| DifferenceView { what: what.to_owned(), before, after };
        Ok(BetweenView {
            before: before.entry,
            after: after.entry,
            note: APART.to_owned(),
            differences: differences.into_iter().map(told).collect(),
            rows: pairs.into_iter().map(row).collect(),
        })
    }

    /// The history, opened when it is first needed.
    pub(super) fn history(&self) -> Result<&History, &HistoryError> {
        self.history.get_or_init(|| History::open(&self.paths.history)).as_ref()
    }

    fn past(&self) -> Result<&History, AppError> {
        self.history().map_err(|error| AppError::File(error.to_string()))
    }

    fn changed(
        &self,
        run: &str,
        change: impl FnOnce(&History, RunId) -> Result<(), HistoryError>,
    ) -> Answer<HistoryEntry> {
        let (history, run) = (self.past()?, run.parse::<RunId>().map_err(AppError::from)?);
        Ok(change(history, run).and_then(|()| history.entry(run)).map_err(AppError::from)?)
    }
}

fn row(pair: Pair) -> BetweenRow {
    let (ratio, interval) = pair.ratio_text().unzip();
    let Pair { before, after, ratio: _, verdict } = pair;
    let name = after.as_ref().or(before.as_ref()).map(|row| row.name.clone()).unwrap_or_default();
    BetweenRow { name, before: before.map(side), after: after.map(side), ratio, interval, verdict }
}

fn side(row: Row) -> BetweenSide {
    BetweenSide {
        queries: row.counts.map(|counts| counted(counts.queries)),
        row_count: row.counts.map(|counts| counted(counts.rows)),
        p50: row.latency.as_ref().map(|latency| estimate(latency.p50)),
        letter: row.letter,
        name: row.name,
    }
}
