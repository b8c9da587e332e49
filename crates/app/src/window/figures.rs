//! The drawings of a run, as the window shows them.

use super::runs::Run;
use crate::error::AppError;
use crate::wire::{ChartPair, ChartView, ExperimentDoc, Figure, FigureRow, FigureView, MarkView, ThemeChoice};
use fetchscope_experiment::spec::Axis;
use fetchscope_report::charts::{self, Chart, Style};
use fetchscope_report::palette::Theme;
use fetchscope_report::rows::Row;
use fetchscope_report::{frontier, lanes, sweeps, time, waits};

/// How a drawing is to look: light or dark; `system` counts as light.
pub(super) fn style(theme: ThemeChoice, width: u32, height: u32) -> Style {
    let theme = match theme {
        ThemeChoice::Dark => Theme::Dark,
        ThemeChoice::Light | ThemeChoice::System => Theme::Light,
    };
    Style { theme, width: width.clamp(120, 8000), height: height.clamp(60, 8000), scale: 1.0 }
}

/// The two charts that share their rows.
pub(super) fn pair(rows: &[Row], doc: &ExperimentDoc, style: &Style) -> Result<ChartPair, AppError> {
    let pair = charts::pair(rows, style)?;
    Ok(ChartPair { queries: chart(pair.queries, doc), latency: chart(pair.latency, doc) })
}

/// The further charts that a run can be drawn as.
pub(super) fn of(run: &Run) -> Vec<Figure> {
    use Figure::{Concurrency, Frontier, PageSize, RttMs, Sqlalchemy, TenantSize, Time, Waits};
    let has = |figure: &Figure| match axis(*figure) {
        Some(axis) => run.sweeps.iter().any(|sweep| sweep.id == axis.name()),
        None if *figure == Waits => waits::were_looked_at(&run.outcome.variants),
        None => matches!(figure, Time | Frontier) || run.lane.is_some(),
    };
    [Time, Frontier, Waits, Concurrency, RttMs, PageSize, TenantSize, Sqlalchemy].into_iter().filter(has).collect()
}

/// One of them.
pub(super) fn draw(run: &Run, figure: Figure, style: &Style) -> Result<FigureView, AppError> {
    let (rows, variants) = (&run.rows, &run.outcome.variants);
    let (drawn, finding, table) = match axis(figure) {
        None if figure == Figure::Waits => {
            let drawn = charts::server_waits(rows, variants, style)?;
            (drawn, waits::finding(rows, variants), waits::table(rows, variants))
        }
        None if figure == Figure::Frontier => {
            (charts::frontier(rows, style)?, frontier::finding(rows), frontier::table(rows))
        }
        None if figure == Figure::Sqlalchemy => {
            let lane = run.lane.as_ref();
            let lane = lane.ok_or_else(|| AppError::Input("that run was not measured in SQLAlchemy".to_owned()))?;
            let drawn = charts::latency(&lane.rows, style)?;
            (drawn, lanes::ranking(&run.outcome, rows, lane), lanes::table(rows, lane))
        }
        None => {
            let drawn = charts::where_time_goes(rows, variants, style)?;
            (drawn, time::finding(rows, variants), time::table(rows, variants))
        }
        Some(axis) => {
            let found = run.sweeps.iter().find(|sweep| sweep.id == axis.name());
            let sweep = found.ok_or_else(|| AppError::Input(format!("that run has no sweep over {}", axis.title())))?;
            (charts::sweep(sweep, style)?, sweeps::sentence(&sweep.finding), sweeps::table(sweep))
        }
    };
    let row = |(row, numbers)| FigureRow { variant: variant(&run.doc, row), numbers };
    let rows = table.rows.into_iter().map(row).collect();
    Ok(FigureView { finding, chart: chart(drawn, &run.doc), head: table.head, rows })
}

/// The circumstance a figure sweeps over.
fn axis(figure: Figure) -> Option<Axis> {
    match figure {
        Figure::Time | Figure::Frontier | Figure::Waits | Figure::Sqlalchemy => None,
        Figure::Concurrency => Some(Axis::Concurrency),
        Figure::RttMs => Some(Axis::RttMs),
        Figure::PageSize => Some(Axis::PageSize),
        Figure::TenantSize => Some(Axis::TenantSize),
    }
}

/// Id of the variant of a row.
fn variant(doc: &ExperimentDoc, row: usize) -> String {
    doc.variants.get(row).map(|variant| variant.id.clone()).unwrap_or_default()
}

fn chart(chart: Chart, doc: &ExperimentDoc) -> ChartView {
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
                variant: variant(doc, mark.row),
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
