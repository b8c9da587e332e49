//! What the list says of a run.

use super::HistoryError;
use crate::wire::{HistoryEnd, HistoryEntry, HistoryVariant, Quantity};
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_report::rows::rows;
use fetchscope_report::{format, sentence};
use rusqlite::Row;
use serde::{Deserialize, Serialize};

/// What [`read`] reads.
pub(super) const SELECT: &str = "SELECT id, name, tags, started_at, summary FROM run";

/// What is kept beside a run, so that the list needs no outcome.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Summary {
    pub(super) data: String,
    pub(super) database: String,
    pub(super) source: String,
    pub(super) endpoint: String,
    pub(super) workload: String,
    pub(super) platform: String,
    pub(super) end: HistoryEnd,
    pub(super) sentence: String,
    pub(super) elapsed_s: f64,
    pub(super) variants: Vec<HistoryVariant>,
}

impl Summary {
    /// Of a run that goes on: what it will measure.
    pub(super) fn begun(outcome: &Outcome) -> Summary {
        let named = |(index, name): (usize, &String)| HistoryVariant {
            letter: fetchscope_report::rows::letter(index),
            name: name.clone(),
            queries: None,
            p50: None,
        };
        Summary {
            end: HistoryEnd::Unfinished,
            sentence: String::new(),
            variants: outcome.experiment.variants.keys().enumerate().map(named).collect(),
            ..Summary::circumstances(outcome)
        }
    }

    /// Of a run that has ended.
    pub(super) fn ended(outcome: &Outcome) -> Summary {
        let rows = rows(outcome);
        let sentence = sentence::sentence(outcome, &rows);
        let variants = rows.into_iter().map(|row| HistoryVariant {
            queries: row
                .counts
                .map(|counts| Quantity { value: counts.queries as f64, text: format::count(counts.queries) }),
            p50: row
                .latency
                .as_ref()
                .map(|latency| Quantity { value: latency.p50.value, text: format::duration(latency.p50.value) }),
            letter: row.letter,
            name: row.name,
        });
        let end = match &outcome.end {
            End::Completed => HistoryEnd::Completed,
            End::Cancelled => HistoryEnd::Cancelled,
            End::Failed { .. } => HistoryEnd::Failed,
        };
        Summary { end, sentence, variants: variants.collect(), ..Summary::circumstances(outcome) }
    }

    fn circumstances(outcome: &Outcome) -> Summary {
        let (experiment, environment) = (&outcome.experiment, &outcome.environment);
        let workload = &experiment.workload;
        let load = workload.rate.map_or_else(
            || format!("{} at once", workload.concurrency),
            |rate| format!("{} a second", format::number(rate)),
        );
        Summary {
            data: environment.data.clone(),
            database: environment.database.clone(),
            source: match &experiment.application {
                Some(application) => application.import.clone().unwrap_or_default(),
                None => experiment.source.clone(),
            },
            endpoint: experiment.title(),
            workload: format!("{load}, {} ms round trip", experiment.conditions.rtt_ms),
            platform: format!("{}, {} cores, {} build", environment.platform, environment.cores, environment.build),
            end: HistoryEnd::Unfinished,
            sentence: String::new(),
            elapsed_s: outcome.elapsed.0 as f64 / 1e9,
            variants: Vec::new(),
        }
    }

    /// What a run is called until somebody calls it something else.
    pub(super) fn name(&self) -> String {
        let data = self.data.split(',').next().unwrap_or_default().trim();
        format!("{}, {data}", self.endpoint)
    }
}

/// A row of [`SELECT`].
pub(super) fn read(row: &Row<'_>) -> Result<HistoryEntry, HistoryError> {
    let (tags, summary): (String, String) = (row.get(2)?, row.get(4)?);
    let summary: Summary = serde_json::from_str(&summary)?;
    Ok(HistoryEntry {
        id: row.get::<_, i64>(0)?.to_string(),
        name: row.get(1)?,
        tags: serde_json::from_str(&tags)?,
        started_at: row.get(3)?,
        data: summary.data,
        database: summary.database,
        source: summary.source,
        endpoint: summary.endpoint,
        workload: summary.workload,
        platform: summary.platform,
        end: summary.end,
        sentence: summary.sentence,
        elapsed_s: summary.elapsed_s,
        variants: summary.variants,
    })
}

/// Whether an entry says a word, which is given in small letters.
pub(super) fn says(entry: &HistoryEntry, word: &str) -> bool {
    let HistoryEntry { id, name, tags, started_at, data, database, source, endpoint, variants, .. } = entry;
    let texts = [id, name, started_at, data, database, source, endpoint].into_iter().chain(tags);
    texts.chain(variants.iter().map(|variant| &variant.name)).any(|text| text.to_lowercase().contains(word))
}
