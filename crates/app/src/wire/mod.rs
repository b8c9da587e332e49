//! Every type that crosses the border to the window, and nothing else: plain data, no behaviour.
//!
//! TypeScript is generated from these (`cargo xtask bindings`) and committed under `ui/src/host/bindings`. Counts and
//! times fit a double; a database value that might not (beyond 2^53) crosses as text inside `response`.

mod chart;
mod code;
mod experiment;
mod failure;
mod request;
mod run;
mod source;
mod start;

pub use chart::{
    ChartPair, ChartView, DrawRequest, ExportView, Figure, FigureRequest, FigureRow, FigureView, MarkView,
};
pub use code::CodeView;
pub use experiment::{
    ConditionsDoc, EndpointDoc, ExperimentDoc, ReadDoc, SweepDoc, VariantDoc, WireTenants, WorkloadDoc,
};
pub use failure::{ErrorCode, WireError};
pub use request::{
    OrmErrorView, PlanStepView, PlanView, PredictionView, Quantity, StatementView, TermView, TraceRequest, TraceView,
};
pub use run::{ComparisonView, EstimateView, RemarkView, RunEvent, RunRow, RunView};
pub use source::{
    ColumnView, EndpointView, EntityView, MappingEdit, OpenProgress, RelationshipDoc, RelationshipView, ServerFields,
    ServerView, SourceView, TableView, WireCardinality,
};
pub use start::{
    AxisInfo, PoolView, PresetInfo, SampleView, Settings, StartView, StrategyInfo, ThemeChoice, WireAxis, WireStrategy,
};
