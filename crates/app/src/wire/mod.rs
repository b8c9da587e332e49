//! Every type that crosses the border to the window, and nothing else: plain data, no behaviour.
//!
//! TypeScript is generated from these (`cargo xtask bindings`) and committed under `ui/src/host/bindings`. Counts and
//! times fit a double; a database value that might not (beyond 2^53) crosses as text inside `response`.

mod chart;
mod code;
mod exact;
mod experiment;
mod failure;
mod history;
mod lesson;
mod python;
mod request;
mod run;
mod source;
mod start;

pub use chart::{
    ChartPair, ChartView, DrawRequest, ExportView, Figure, FigureRequest, FigureRow, FigureView, MarkView,
};
pub use code::CodeView;
pub use experiment::{
    ClaimDoc, ConditionsDoc, EndpointDoc, ExperimentDoc, LimitsDoc, ReadDoc, SweepDoc, VariantDoc, WireLane,
    WireTenants, WorkloadDoc,
};
pub use failure::{ErrorCode, WireError};
pub use history::{BetweenRow, BetweenSide, BetweenView, DifferenceView, HistoryEnd, HistoryEntry, HistoryVariant};
pub use lesson::{LessonProgress, LessonView, LessonsView, RevealView, VerdictView};
pub use python::PythonView;
pub use request::{
    HeldView, OrmErrorView, PlanStepView, PlanView, PredictionView, Quantity, ShapeView, StatementView, TermView,
    TraceRequest, TraceView,
};
pub use run::{ComparisonView, EstimateView, LaneView, RemarkView, RunEvent, RunRow, RunView};
pub use source::{
    ColumnView, EndpointView, EntityView, FileView, MappingEdit, OpenProgress, RelationshipDoc, RelationshipView,
    ServerFields, ServerView, SourceView, TableView, WireCardinality,
};
pub use start::{
    AxisInfo, PoolView, PresetInfo, RecentSource, SampleView, Settings, StartView, StrategyInfo, ThemeChoice, TypeSize,
    WireAxis, WireStrategy, WorkDefaults,
};
