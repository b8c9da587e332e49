//! Keeping a run while it goes on. The history is never a reason for a run to fail: what could not be kept is said.

use super::entry::Summary;
use super::{History, HistoryError, RunId, body};
use crate::wire::ExperimentDoc;
use fetchscope_experiment::event::Event;
use fetchscope_experiment::found::Piece;
use fetchscope_experiment::outcome::Outcome;
use rusqlite::params;
use std::time::Instant;

/// How a run was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Under this number.
    As(RunId),
    /// Not, or not wholly, and why.
    Not(String),
}

/// Writes one run into the history.
#[derive(Debug)]
pub struct Recorder<'a> {
    to: Result<&'a History, String>,
    doc: Option<String>,
    /// Name and tags, where they do not follow from what is measured.
    called: Option<(String, String)>,
    began: Instant,
    /// What was found before the first round: a run in which nothing was measured leaves no entry.
    waiting: Vec<Piece>,
    run: Option<RunId>,
    written: i64,
}

impl<'a> Recorder<'a> {
    /// A recorder of one run; `doc` is the work of the window, where it is run there.
    #[must_use]
    pub fn new(to: Result<&'a History, &HistoryError>, doc: Option<&ExperimentDoc>) -> Recorder<'a> {
        Recorder {
            to: to.map_err(ToString::to_string),
            // Work that cannot be written is opened again from the experiment.
            doc: doc.and_then(|doc| serde_json::to_string(doc).ok()),
            called: None,
            began: Instant::now(),
            waiting: Vec::new(),
            run: None,
            written: 0,
        }
    }

    /// Calls the run something, and gives it a tag.
    #[must_use]
    pub fn called(self, name: &str, tag: &str) -> Recorder<'a> {
        Recorder { called: Some((name.to_owned(), tag.to_owned())), ..self }
    }

    /// Keeps what an event says was found.
    pub fn hear(&mut self, event: &Event) {
        let (Event::Found(piece), Ok(history)) = (event, &self.to) else { return };
        let history = *history;
        self.waiting.push((**piece).clone());
        if !matches!(**piece, Piece::Round { .. }) {
            return;
        }
        if let Err(error) = self.write(history) {
            self.to = Err(error.to_string());
        }
    }

    /// Keeps the outcome in place of its pieces.
    #[must_use]
    pub fn finish(self, outcome: &Outcome) -> Kept {
        let kept = match &self.to {
            Ok(history) => self.finished(history, outcome),
            Err(reason) => return Kept::Not(reason.clone()),
        };
        kept.map_or_else(|error| Kept::Not(error.to_string()), Kept::As)
    }

    fn write(&mut self, history: &History) -> Result<(), HistoryError> {
        let run = match (self.run, self.waiting.first()) {
            (Some(run), _) => run,
            (None, Some(Piece::Began { outcome })) => self.insert(history, outcome, &Summary::begun(outcome), None)?,
            (None, _) => return Ok(()),
        };
        self.run = Some(run);
        let elapsed = i64::try_from(self.began.elapsed().as_nanos()).unwrap_or(i64::MAX);
        let packed = self.waiting.drain(..).map(|piece| body::pack(&piece)).collect::<Result<Vec<_>, _>>()?;
        let mut connection = history.lock();
        let whole = connection.transaction()?;
        for body in packed {
            self.written += 1;
            let sql = "INSERT INTO piece (run, n, elapsed_ns, body) VALUES (?1, ?2, ?3, ?4)";
            whole.execute(sql, params![run.0, self.written, elapsed, body])?;
        }
        Ok(whole.commit()?)
    }

    fn finished(&self, history: &History, outcome: &Outcome) -> Result<RunId, HistoryError> {
        let (summary, packed) = (Summary::ended(outcome), body::pack(outcome)?);
        let Some(run) = self.run.filter(|run| history.has(*run).unwrap_or(false)) else {
            return self.insert(history, outcome, &summary, Some(&packed));
        };
        let mut connection = history.lock();
        let whole = connection.transaction()?;
        let sql = "UPDATE run SET summary = ?2, outcome = ?3 WHERE id = ?1";
        whole.execute(sql, params![run.0, serde_json::to_string(&summary)?, packed])?;
        whole.execute("DELETE FROM piece WHERE run = ?1", [run.0])?;
        whole.commit()?;
        Ok(run)
    }

    fn insert(
        &self,
        history: &History,
        outcome: &Outcome,
        summary: &Summary,
        body: Option<&[u8]>,
    ) -> Result<RunId, HistoryError> {
        let (name, tags) = match &self.called {
            Some((name, tag)) => (name.clone(), vec![tag]),
            None => (summary.name(), Vec::new()),
        };
        let (tags, told) = (serde_json::to_string(&tags)?, serde_json::to_string(summary)?);
        let connection = history.lock();
        let sql = "INSERT INTO run (name, tags, started_at, summary, doc, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        connection.execute(sql, params![name, tags, outcome.started_at, told, self.doc, body])?;
        Ok(RunId(connection.last_insert_rowid()))
    }
}
