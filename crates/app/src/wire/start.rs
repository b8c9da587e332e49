//! What the window needs once: what there is to choose from, and how it was left.

use super::experiment::ExperimentDoc;
use super::lesson::LessonProgress;
use super::source::ServerFields;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a relationship may be loaded: the strategies the window offers, and those that only a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WireStrategy {
    /// Lazy.
    Select,
    /// LEFT OUTER JOIN.
    Joined,
    /// JOIN.
    JoinedInner,
    /// IN list of keys.
    Selectin,
    /// Restated as a derived table.
    Subquery,
    /// Lazy statements right after the load.
    Immediate,
    /// Reading is an error.
    Raise,
    /// Reading is an error unless the identity map answers.
    RaiseOnSql,
    /// Stays empty.
    Noload,
    /// Not SQLAlchemy's: explicit queries by key.
    Bulk,
    /// Not SQLAlchemy's: nested JSON built by the database.
    JsonAgg,
    /// No option given: the mapping's own default, which is lazy. Not offered.
    Default,
    /// A flat LEFT OUTER JOIN below an outer join. Not offered.
    JoinedInnerUnnested,
    /// From a JOIN that the filter has. Not offered.
    ContainsEager,
}

/// A strategy with the words the window shows for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StrategyInfo {
    /// The strategy.
    pub strategy: WireStrategy,
    /// SQLAlchemy's option: `selectinload()`; or that it has none.
    pub option: String,
    /// One sentence: what it does.
    pub explanation: String,
    /// Whether it is a usual choice, or one that answers wrongly or raises.
    pub usual: bool,
    /// Whether SQLAlchemy has it; the others are there to compare with.
    pub sqlalchemy: bool,
}

/// What the window is told when it starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StartView {
    /// Version of Fetchscope.
    pub version: String,
    /// The SQLAlchemy version whose statements are emulated.
    pub emulates: String,
    /// Samples that can be opened.
    pub samples: Vec<SampleView>,
    /// Strategies in the order of the menu.
    pub strategies: Vec<StrategyInfo>,
    /// Presets in the order of the menu.
    pub presets: Vec<PresetInfo>,
    /// Circumstances a sweep can change, in the order of the form.
    pub axes: Vec<AxisInfo>,
    /// SQLAlchemy's connection pool.
    pub pool: PoolView,
    /// Settings kept from last time.
    pub settings: Settings,
    /// Where the work of last time is, if that is a server: everything but the password.
    pub server: Option<ServerFields>,
    /// What could not be restored, in a sentence each.
    pub notices: Vec<String>,
}

/// A sample that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SampleView {
    /// Its source: `sample:citizenapp?size=s`.
    pub source: String,
    /// Its title: `CitizenApp, size s`.
    pub title: String,
    /// What is in it: `10 tenants, 100 organizations, 1 000 users`.
    pub description: String,
}

/// A choice of strategies for a whole endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PresetInfo {
    /// Its id: `all_selectin`.
    pub id: String,
    /// Its title: `All selectin`.
    pub title: String,
    /// One sentence.
    pub explanation: String,
}

/// A circumstance that a sweep can change, with the words the window shows for it and the values to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AxisInfo {
    /// The circumstance.
    pub axis: WireAxis,
    /// Its label: `Round-trip time`.
    pub title: String,
    /// What a button says that switches the sweep on: `Sweep over round-trip time`.
    pub action: String,
    /// One sentence: what is changed.
    pub explanation: String,
    /// Unit of its values; empty for a number of things.
    pub unit: String,
    /// The values to begin with.
    pub values: Vec<f64>,
    /// The least value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// Whether only whole values will do.
    pub whole: bool,
}

/// A circumstance that a sweep can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WireAxis {
    /// Requests in flight at once.
    Concurrency,
    /// Injected time per round trip, in milliseconds.
    RttMs,
    /// Roots a request returns at most.
    PageSize,
    /// Roots of the tenant that is asked for.
    TenantSize,
}

/// A connection pool.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PoolView {
    /// Connections kept.
    pub size: u32,
    /// Connections beyond that.
    pub overflow: u32,
    /// Seconds a request waits for a connection.
    pub timeout_s: f64,
}

/// What is kept between starts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Settings {
    /// Version of this format.
    pub version: u32,
    /// Light, dark, or as the system says.
    pub theme: ThemeChoice,
    /// Big type for a projector.
    pub presenter: bool,
    /// How large everything is.
    pub type_size: TypeSize,
    /// What the work on a source that is opened for the first time begins with.
    pub defaults: WorkDefaults,
    /// Sources that were opened, the last one first.
    pub recent: Vec<RecentSource>,
    /// Width of the left panel in px; 0 for the default.
    pub left_width: u32,
    /// Height of the charts in px; 0 for the default.
    pub charts_height: u32,
    /// How far somebody is with the lessons.
    pub lessons: Vec<LessonProgress>,
    /// The interpreter or virtual environment with SQLAlchemy; empty for the one that is found.
    pub python: String,
    /// The experiment that was open.
    pub experiment: Option<ExperimentDoc>,
}

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How large everything in the window is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TypeSize {
    /// As designed.
    #[default]
    Usual,
    /// An eighth larger.
    Large,
    /// A quarter larger.
    Larger,
}

/// What the work on a source begins with, in place of what the source proposes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct WorkDefaults {
    /// Requests in flight at once.
    pub concurrency: Option<u32>,
    /// Measured requests a variant.
    pub requests: Option<u32>,
    /// Injected time per round trip, in milliseconds.
    pub rtt_ms: Option<f64>,
}

/// A source that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecentSource {
    /// It, without a password.
    pub source: String,
    /// What it is called.
    pub title: String,
}
