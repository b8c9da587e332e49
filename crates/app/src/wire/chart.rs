//! Drawings with their marks, and exported files.

use super::start::ThemeChoice;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks for the two charts of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DrawRequest {
    /// Id of the run.
    pub run: String,
    /// Light or dark; `system` counts as light.
    pub theme: ThemeChoice,
    /// Width of one chart in px.
    pub width: u32,
    /// Height of both charts in px.
    pub height: u32,
}

/// The two charts that share their rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChartPair {
    /// Statements a request.
    pub queries: ChartView,
    /// Wall-clock latency.
    pub latency: ChartView,
}

/// A chart beyond the two that share their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Figure {
    /// Where the time goes.
    Time,
    /// Queries, latency and rows against one another.
    Frontier,
    /// What the server's sessions waited for.
    Waits,
    /// Latency over requests in flight.
    Concurrency,
    /// Latency over round-trip time.
    RttMs,
    /// Latency over page size.
    PageSize,
    /// Latency over tenant size.
    TenantSize,
    /// Latency in the real SQLAlchemy.
    Sqlalchemy,
}

/// Asks for a further chart of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FigureRequest {
    /// Id of the run.
    pub run: String,
    /// Which chart.
    pub figure: Figure,
    /// Light or dark; `system` counts as light.
    pub theme: ThemeChoice,
    /// Width in px.
    pub width: u32,
    /// Height in px.
    pub height: u32,
}

/// A further chart, what it says, and its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FigureView {
    /// What is found, in a sentence.
    pub finding: String,
    /// The chart.
    pub chart: ChartView,
    /// Heading of every column of its numbers.
    pub head: Vec<String>,
    /// Its numbers, a variant a row.
    pub rows: Vec<FigureRow>,
}

/// The numbers of one variant in a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FigureRow {
    /// Id of the variant.
    pub variant: String,
    /// One a column.
    pub numbers: Vec<String>,
}

/// A drawing and what can be pointed at in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChartView {
    /// Title: `Queries per request`.
    pub title: String,
    /// The chart in one sentence, for those who do not see it.
    pub description: String,
    /// The drawing.
    pub svg: String,
    /// Width in px.
    pub width: u32,
    /// Height in px.
    pub height: u32,
    /// What can be pointed at, in reading order.
    pub marks: Vec<MarkView>,
}

/// Something in a chart that can be pointed at. Boxes are px from the upper left corner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MarkView {
    /// Stable name: `latency:B`.
    pub id: String,
    /// Id of the variant.
    pub variant: String,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// What it is: `B selectin`.
    pub label: String,
    /// What it says: `27.1 ms`.
    pub value: String,
    /// More, as name and text: `n`, `p50 interval`, `min`, `max`.
    pub details: Vec<(String, String)>,
}

/// A written file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportView {
    /// Where it is.
    pub path: String,
    /// Its size: `412 kB`.
    pub size: String,
}
