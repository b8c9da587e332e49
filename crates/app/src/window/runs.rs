//! Runs of a window: one at a time, the last ones kept so that their charts can be drawn again and exported.

use super::{OpenSource, lock};
use crate::error::AppError;
use crate::wire::{
    ChartPair, ChartView, DrawRequest, EstimateView, ExperimentDoc, ExportView, MarkView, Quantity, RunEvent, RunRow,
    RunView, ThemeChoice,
};
use crate::{document, experiment, settings};
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_report::charts::{self, Chart, Style};
use fetchscope_report::export::{self, Format};
use fetchscope_report::palette::Theme;
use fetchscope_report::rows::{Row, interval_text, rows};
use fetchscope_report::{format, sentence};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Runs kept.
const KEPT: usize = 20;

/// The runs of a window.
#[derive(Debug, Default)]
pub(super) struct Runs {
    cancel: AtomicBool,
    running: AtomicBool,
    kept: Mutex<VecDeque<(String, Arc<Run>)>>,
    next: Mutex<u64>,
}

#[derive(Debug)]
struct Run {
    outcome: Outcome,
    doc: ExperimentDoc,
}

/// Says that no run is going on, however it ended.
struct Running<'a>(&'a AtomicBool);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Runs {
    pub(super) fn run(
        &self,
        doc: &ExperimentDoc,
        open: impl FnOnce(&AtomicBool) -> Result<Arc<OpenSource>, AppError>,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<RunView, AppError> {
        if self.running.swap(true, Ordering::AcqRel) {
            return Err(AppError::Input("a run is already going on; cancel it or wait for its end".to_owned()));
        }
        let _running = Running(&self.running);
        self.cancel.store(false, Ordering::Release);
        let experiment = document::experiment(doc)?;
        let open = open(&self.cancel)?;
        let start = Instant::now();
        let mut tell = |event| emit(translated(event, start));
        let outcome = experiment::run(&experiment, &open.opened, &mut tell, &self.cancel)?;
        let id = {
            let mut next = lock(&self.next);
            *next += 1;
            format!("run{next}")
        };
        let run = Arc::new(Run { outcome, doc: doc.clone() });
        let view = view(&id, &run);
        let mut kept = lock(&self.kept);
        kept.push_back((id, run));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Ok(view)
    }

    pub(super) fn cancel(&self) {
        self.cancel.store(true, Ordering::Release);
    }

    pub(super) fn draw(&self, request: &DrawRequest) -> Result<ChartPair, AppError> {
        let run = self.find(&request.run)?;
        let theme = match request.theme {
            ThemeChoice::Dark => Theme::Dark,
            ThemeChoice::Light | ThemeChoice::System => Theme::Light,
        };
        let style =
            Style { theme, width: request.width.clamp(120, 8000), height: request.height.clamp(60, 8000), scale: 1.0 };
        let pair = charts::pair(&rows(&run.outcome), &style)?;
        Ok(ChartPair { queries: chart(pair.queries, &run.doc), latency: chart(pair.latency, &run.doc) })
    }

    pub(super) fn export(&self, run: &str, path: &Path) -> Result<ExportView, AppError> {
        let run = self.find(run)?;
        let bytes = export::export(&run.outcome, Format::from_path(path)?)?;
        settings::write_whole(path, &bytes)?;
        Ok(ExportView { path: path.display().to_string(), size: format::bytes(bytes.len() as u64) })
    }

    fn find(&self, id: &str) -> Result<Arc<Run>, AppError> {
        let found = lock(&self.kept).iter().find(|(known, _)| known == id).map(|(_, run)| run.clone());
        found.ok_or_else(|| AppError::Input("that run is no longer kept; run the experiment again".to_owned()))
    }
}

fn translated(event: Event, start: Instant) -> RunEvent {
    match event {
        Event::Checking { variant } => RunEvent::Preparing { what: format!("Checking the answer of {variant}") },
        Event::WarmingUp { variant } => RunEvent::Preparing { what: format!("Warming up {variant}") },
        Event::Progress { done, total, round, rounds, variant } => RunEvent::Progress {
            done,
            total: total.unwrap_or(0),
            round,
            rounds,
            variant,
            elapsed_s: start.elapsed().as_secs_f64(),
        },
        Event::Sweeping { over, value, point, points } => {
            RunEvent::Preparing { what: format!("{} {value}: {point} of {points}", over.title()) }
        }
        Event::Note(message) => RunEvent::Notice { message },
    }
}

fn view(id: &str, run: &Run) -> RunView {
    let outcome = &run.outcome;
    let rows = rows(outcome);
    let wrong: Vec<String> =
        rows.iter().filter(|row| row.bad).map(|row| format!("{}: {}", row.label(), row.verdict)).collect();
    RunView {
        id: id.to_owned(),
        experiment: run.doc.clone(),
        cancelled: outcome.end == End::Cancelled,
        sentence: sentence::sentence(outcome),
        agreement: if wrong.is_empty() { "results equal".to_owned() } else { wrong.join("; ") },
        agrees: experiment::agrees(outcome),
        rows: rows.iter().zip(&run.doc.variants).map(|(row, variant)| run_row(row, &variant.id)).collect(),
        notices: outcome.notes.clone(),
        elapsed_s: outcome.elapsed.0 as f64 / 1e9,
    }
}

fn run_row(row: &Row, variant: &str) -> RunRow {
    let counted = |number: u64| Quantity { value: number as f64, text: format::count(number) };
    let timed = |nanos: f64| Quantity { value: nanos, text: format::duration(nanos) };
    let latency = row.latency.as_ref();
    RunRow {
        variant: variant.to_owned(),
        letter: row.letter.clone(),
        name: row.name.clone(),
        queries: row.counts.map(|counts| counted(counts.queries)),
        round_trips: row.counts.map(|counts| counted(counts.round_trips)),
        row_count: row.counts.map(|counts| counted(counts.rows)),
        byte_count: row.counts.map(|counts| Quantity { value: counts.bytes as f64, text: format::bytes(counts.bytes) }),
        n: latency.map_or(0, |latency| u32::try_from(latency.n).unwrap_or(u32::MAX)),
        p50: latency.map(|latency| estimate(latency.p50)),
        p95: latency.map(|latency| estimate(latency.p95)),
        p99: latency.map(|latency| estimate(latency.p99)),
        mean: latency.map(|latency| timed(latency.mean.value)),
        throughput: latency
            .map(|latency| Quantity { value: latency.throughput, text: format::rate(latency.throughput) }),
        ratio: row.ratio.map(format::ratio),
        verdict: row.verdict.clone(),
        bad: row.bad,
        failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
    }
}

fn estimate(estimate: Estimate) -> EstimateView {
    let Estimate { value, low, high } = estimate;
    EstimateView { value, low, high, text: format::duration(value), interval: interval_text(low, high) }
}

fn chart(chart: Chart, doc: &ExperimentDoc) -> ChartView {
    let variant = |row: usize| doc.variants.get(row).map(|variant| variant.id.clone()).unwrap_or_default();
    ChartView {
        title: chart.title,
        description: chart.description,
        svg: chart.svg,
        width: chart.width,
        height: chart.height,
        marks: chart
            .marks
            .into_iter()
            .map(|mark| MarkView {
                id: mark.id,
                variant: variant(mark.row),
                x: mark.x,
                y: mark.y,
                width: mark.width,
                height: mark.height,
                label: mark.label,
                value: mark.value,
                details: mark.details,
            })
            .collect(),
    }
}
