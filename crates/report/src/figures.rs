//! Every chart of an outcome, by its name, to be drawn wherever it is wanted.

use crate::charts::{self, Chart, Style, SweepChart};
use crate::error::ReportError;
use crate::lanes::{self, InSqlalchemy};
use crate::palette::Theme;
use crate::rows::{Row, rows};
use crate::{sweeps, waits};
use fetchscope_experiment::outcome::{Outcome, VariantOutcome};

/// The height of a chart without rows is free; this one shows lines and dots well at any usual width.
const PLOT_HEIGHT: u32 = 340;

/// An outcome with what is worked out of it once.
pub(crate) struct Material<'a> {
    pub(crate) outcome: &'a Outcome,
    pub(crate) rows: Vec<Row>,
    pub(crate) lane: Option<InSqlalchemy>,
    pub(crate) sweeps: Vec<SweepChart>,
}

/// A chart that is not drawn yet.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure<'a> {
    Queries(&'a [Row]),
    Latency(&'a [Row]),
    Time(&'a [Row], &'a [VariantOutcome]),
    Frontier(&'a [Row]),
    Waits(&'a [Row], &'a [VariantOutcome]),
    Sweep(&'a SweepChart),
}

impl<'a> Material<'a> {
    pub(crate) fn of(outcome: &'a Outcome) -> Material<'a> {
        Material { outcome, rows: rows(outcome), lane: lanes::in_sqlalchemy(outcome), sweeps: sweeps::charts(outcome) }
    }

    /// Every chart with the name of its file.
    pub(crate) fn figures(&self) -> Vec<(String, Figure<'_>)> {
        let mut all = vec![
            ("queries-per-request".to_owned(), Figure::Queries(&self.rows)),
            ("latency".to_owned(), Figure::Latency(&self.rows)),
            ("where-time-goes".to_owned(), Figure::Time(&self.rows, &self.outcome.variants)),
            ("frontier".to_owned(), Figure::Frontier(&self.rows)),
        ];
        if waits::were_looked_at(&self.outcome.variants) {
            all.push(("server-waits".to_owned(), Figure::Waits(&self.rows, &self.outcome.variants)));
        }
        all.extend(self.sweeps.iter().map(|sweep| (sweep_name(sweep), Figure::Sweep(sweep))));
        if let Some(lane) = &self.lane {
            all.push(("sqlalchemy-latency".to_owned(), Figure::Latency(&lane.rows)));
            all.push(("sqlalchemy-where-time-goes".to_owned(), Figure::Time(&lane.rows, &lane.outcome.variants)));
        }
        all
    }
}

/// The name of a sweep's file.
pub(crate) fn sweep_name(sweep: &SweepChart) -> String {
    format!("latency-over-{}", sweep.id.replace('_', "-"))
}

impl Figure<'_> {
    /// Draws it as wide as that, and as high as it needs.
    pub(crate) fn draw(self, theme: Theme, width: u32) -> Result<Chart, ReportError> {
        let free = Style { theme, width, height: PLOT_HEIGHT, scale: 1.0 };
        let style = |rows: usize| Style::for_rows(theme, width, rows, 1.0);
        match self {
            Figure::Queries(rows) => charts::queries_per_request(rows, &style(rows.len())),
            Figure::Latency(rows) => charts::latency(rows, &style(rows.len())),
            Figure::Time(rows, variants) => charts::where_time_goes(rows, variants, &style(rows.len())),
            Figure::Waits(rows, variants) => charts::server_waits(rows, variants, &style(rows.len())),
            Figure::Frontier(rows) => charts::frontier(rows, &free),
            Figure::Sweep(chart) => charts::sweep(chart, &free),
        }
    }
}
