//! Every type that crosses the border to the window, and nothing else: plain data, no behaviour.
//!
//! TypeScript is generated from these (`cargo xtask bindings`) and committed under `ui/src/host/bindings`. Counts and
//! times fit a double; a database value that might not (beyond 2^53) crosses as text inside `response`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A failure, closed and readable: the window shows `message`, and decides by `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WireError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// One sentence: what, where, and the way out.
    pub message: String,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ErrorCode {
    /// The source, plan, mapping or experiment cannot be used as it is.
    UnusableInput,
    /// The database failed: locked, gone, out of space.
    DatabaseFailed,
    /// A file could not be read or written.
    FileFailed,
    /// The user cancelled.
    Cancelled,
    /// A defect of Fetchscope.
    Internal,
}

/// How a relationship may be loaded; the strategies the window offers.
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
    /// Width of the left panel in px; 0 for the default.
    pub left_width: u32,
    /// Height of the charts in px; 0 for the default.
    pub charts_height: u32,
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

/// Where a PostgreSQL server is, as a form says it; what is empty is as libpq's defaults and environment have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ServerFields {
    /// A host, the folder of a socket, or a whole `postgres://` address.
    pub address: String,
    /// Port.
    pub port: String,
    /// Database.
    pub database: String,
    /// Role.
    pub user: String,
    /// Its password.
    pub password: String,
    /// libpq's word for how much encryption: `prefer`, `verify-full`.
    pub ssl_mode: String,
    /// A file of certificates to trust.
    pub ssl_root: String,
    /// Settings of the server for its sessions: `-c search_path=app`.
    pub options: String,
    /// Whether the password that is written here is kept in the keyring.
    pub remember: bool,
}

/// A server that answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ServerView {
    /// Product and version: `PostgreSQL 15.18`.
    pub database: String,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// Connections that may still be opened, where the server says so.
    pub free_connections: Option<f64>,
}

/// An opened source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SourceView {
    /// The source, as the experiment keeps it.
    pub source: String,
    /// For the title: `CitizenApp s` or the file's name.
    pub title: String,
    /// Database and version: `SQLite 3.51.0`.
    pub database: String,
    /// What the data is: `seed 1, foreign-key indexes on`.
    pub data: String,
    /// Mapped classes.
    pub entities: Vec<EntityView>,
    /// Tables that connect two others.
    pub association_tables: Vec<TableView>,
    /// Endpoints that ship with the source, or one per class for a user's own database.
    pub endpoints: Vec<EndpointView>,
    /// What a user should know: tables left out, and why.
    pub notices: Vec<String>,
    /// The experiment to begin with.
    pub experiment: ExperimentDoc,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntityView {
    /// Class name.
    pub name: String,
    /// Table name.
    pub table: String,
    /// Columns in table order.
    pub columns: Vec<ColumnView>,
    /// Relationships in declaration order.
    pub relationships: Vec<RelationshipView>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ColumnView {
    /// Column name.
    pub name: String,
    /// Type as SQLAlchemy names it.
    pub type_name: String,
    /// Whether it is part of the primary key.
    pub primary: bool,
    /// Whether it is part of a foreign key.
    pub foreign: bool,
    /// Whether `NULL` is allowed.
    pub nullable: bool,
}

/// A table without objects of its own, which connects two others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TableView {
    /// Table name.
    pub name: String,
    /// Columns in table order.
    pub columns: Vec<ColumnView>,
}

/// A relationship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RelationshipView {
    /// Attribute name.
    pub name: String,
    /// `N:1`, `1:N`, `1:1` or `N:N`.
    pub cardinality: String,
    /// The class at the other end.
    pub target: String,
    /// Whether the attribute is a collection.
    pub collection: bool,
    /// Which columns it connects: `organization_id = organizations.id`.
    pub columns: String,
    /// Own column and column of the target, or of the table between.
    pub pairs: Vec<(String, String)>,
    /// The table between the two of a many-to-many relationship.
    pub secondary: Option<String>,
}

/// A change of the introspected mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum MappingEdit {
    /// A relationship gets another name.
    Rename {
        /// The class.
        entity: String,
        /// Its relationship.
        relationship: String,
        /// The new name.
        name: String,
    },
    /// A relationship is left out.
    Drop {
        /// The class.
        entity: String,
        /// Its relationship.
        relationship: String,
    },
    /// A class gets one more relationship.
    Add {
        /// The class.
        entity: String,
        /// The relationship.
        relationship: RelationshipDoc,
    },
}

/// A relationship that somebody adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RelationshipDoc {
    /// Attribute name.
    pub name: String,
    /// Direction and cardinality.
    pub kind: WireCardinality,
    /// The class at the other end.
    pub target: String,
    /// The table between the two of a many-to-many relationship.
    pub secondary: Option<String>,
    /// Own column and target column, or own column and column of the table between.
    pub pairs: Vec<(String, String)>,
    /// Target column and column of the table between.
    pub secondary_pairs: Vec<(String, String)>,
}

/// Direction and cardinality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WireCardinality {
    /// N:1.
    ManyToOne,
    /// 1:N.
    OneToMany,
    /// 1:1.
    OneToOne,
    /// N:N.
    ManyToMany,
}

/// An endpoint that can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EndpointView {
    /// Title: `List of users`.
    pub title: String,
    /// One sentence: what it returns.
    pub description: String,
    /// The endpoint itself.
    pub endpoint: EndpointDoc,
}

/// The open work: everything that reproduces a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExperimentDoc {
    /// Where the data is.
    pub source: String,
    /// What is changed of the introspected mapping, in order.
    #[serde(default)]
    pub mapping: Vec<MappingEdit>,
    /// Seed of every random choice.
    pub seed: u32,
    /// Id of the variant the others are compared with.
    pub baseline: String,
    /// What is asked for.
    pub endpoint: EndpointDoc,
    /// How it is loaded, in the order the user put them.
    pub variants: Vec<VariantDoc>,
    /// How many requests, how many at once.
    pub workload: WorkloadDoc,
    /// Under which circumstances.
    pub conditions: ConditionsDoc,
    /// The same again with one circumstance changed.
    #[serde(default)]
    pub sweeps: Vec<SweepDoc>,
}

/// One circumstance and the values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SweepDoc {
    /// What is changed.
    pub over: WireAxis,
    /// To which values, as the user wrote them.
    pub values: Vec<f64>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EndpointDoc {
    /// Name, where it ships with the source.
    pub name: Option<String>,
    /// The class the endpoint returns.
    pub root: String,
    /// `list`, `one`, `first` or `get`.
    pub mode: String,
    /// The filter as in a plan file.
    #[ts(type = "Record<string, unknown>")]
    pub filter: serde_json::Value,
    /// What the response reads.
    pub relationships: Vec<ReadDoc>,
}

/// A relationship of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReadDoc {
    /// Relationship name.
    pub name: String,
    /// Whether the response reads it.
    pub accessed: bool,
    /// Relationships of the target.
    pub relationships: Vec<ReadDoc>,
}

/// One way of loading the endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VariantDoc {
    /// Stays the same while the variant is renamed.
    pub id: String,
    /// Name, unique in the experiment.
    pub name: String,
    /// Strategy by dotted path; a path not named loads lazily.
    #[ts(as = "std::collections::HashMap<String, WireStrategy>")]
    pub strategies: IndexMap<String, WireStrategy>,
}

/// How many requests, how many at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WorkloadDoc {
    /// Requests in flight at once, 1 to 200.
    pub concurrency: u32,
    /// Measured requests a variant.
    pub requests: u32,
    /// Requests a second that arrive whether or not earlier ones are answered; none where every client waits for its answer.
    #[serde(default)]
    pub rate: Option<f64>,
    /// Whose data a request asks for.
    #[serde(default)]
    pub tenants: WireTenants,
    /// The column that tells tenants apart, where it is not the usual one.
    #[serde(default)]
    pub tenant_column: Option<String>,
    /// Unmeasured requests a variant before the first round.
    pub warmup: u32,
    /// Rounds in which the variants are interleaved.
    pub rounds: u32,
    /// Connections kept.
    pub pool_size: u32,
    /// Connections beyond that.
    pub pool_overflow: u32,
    /// Seconds a request waits for a connection.
    pub pool_timeout_s: f64,
}

/// Whose data a request asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WireTenants {
    /// What the endpoint's filter says.
    #[default]
    One,
    /// One tenant after the other.
    RoundRobin,
    /// Drawn, a tenant with twice the rows twice as often.
    BySize,
}

/// Circumstances of the measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConditionsDoc {
    /// Injected time per round trip, in milliseconds.
    pub rtt_ms: f64,
    /// Standard deviation of the injected time, in milliseconds.
    pub jitter_ms: f64,
    /// BEGIN and ROLLBACK as round trips of their own.
    pub transaction: bool,
    /// Whether prepared statements are kept by their text.
    pub statement_cache: bool,
}

/// How a server ran a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlanView {
    /// Its steps, each before those it has its rows from.
    pub steps: Vec<PlanStepView>,
    /// `planning 0.3 ms, execution 1.2 ms`.
    pub times: String,
    /// Tasks that Citus sent to its shards for it.
    pub shard_tasks: Option<Quantity>,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlanStepView {
    /// How far below the first step.
    pub depth: u32,
    /// `Hash Join Left`, `Index Scan on users using users_pkey`.
    pub name: String,
    /// Conditions, as the server writes them.
    pub conditions: Vec<String>,
    /// Rows of a loop; `never run` where it was not.
    pub rows: String,
    /// Rows that were expected of a loop.
    pub expected: String,
    /// How often it ran.
    pub loops: String,
    /// Time of all loops, with the steps beneath.
    pub time: String,
    /// Blocks it and the steps beneath touched.
    pub blocks: String,
    /// Whether ten times more or fewer rows came than were expected.
    pub misjudged: bool,
}

/// Asks for one request of one variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TraceRequest {
    /// The open work.
    pub experiment: ExperimentDoc,
    /// Id of the variant to run.
    pub variant: String,
}

/// One request, as the window shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TraceView {
    /// Id of the variant.
    pub variant: String,
    /// Statements of the loader.
    pub query_count: Quantity,
    /// Statements, BEGIN and ROLLBACK.
    pub round_trips: Quantity,
    /// Rows of all statements.
    pub row_count: Quantity,
    /// Size of all decoded values.
    pub byte_count: Quantity,
    /// Root objects; none when loading them failed.
    pub root_count: Option<Quantity>,
    /// From start to response, this one time: a single request, not a measurement.
    pub elapsed: Quantity,
    /// The exception SQLAlchemy would raise.
    pub error: Option<OrmErrorView>,
    /// Statements in order; only the first 500 when there are more.
    pub statements: Vec<StatementView>,
    /// Statements left out of `statements`.
    pub statements_left_out: u32,
    /// What changed since this variant's last trace: `+100 statements, +0 rows`; none for the first.
    pub delta: Option<String>,
    /// The response as indented JSON, cut to the first roots when it is long.
    pub response: Option<String>,
    /// Roots left out of `response`.
    pub response_left_out: u32,
    /// Canonical hash of the response.
    pub hash: Option<String>,
}

/// What one request of a variant will cost, worked out from the keys there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PredictionView {
    /// Id of the variant.
    pub variant: String,
    /// Statements of the loader.
    pub statements: Quantity,
    /// Rows of all statements.
    pub rows: Quantity,
    /// Whether both are certain.
    pub exact: bool,
    /// `1 + 100 distinct organizations + 10 distinct tenants = 111`; says `about` where it is not certain.
    pub formula: String,
    /// The share of every relationship.
    pub terms: Vec<TermView>,
    /// The path at which the request ends with an exception; the costs are those until then.
    pub ends_at: Option<String>,
}

/// What a relationship adds to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TermView {
    /// Dotted path.
    pub path: String,
    /// Its statements: `+100`; `≈+11` where they are not certain.
    pub share: String,
    /// What they are, in words.
    pub explanation: String,
}

/// A number and how it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Quantity {
    /// The number: a count, bytes, or nanoseconds.
    pub value: f64,
    /// As shown: `1 200`, `86.2 ms`, `4.1 MB`.
    pub text: String,
}

/// An exception SQLAlchemy would raise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrmErrorView {
    /// Its name: `InvalidRequestError`.
    pub name: String,
    /// The path whose reading raised it.
    pub path: Option<String>,
    /// What happened and what would help.
    pub message: String,
}

/// A statement, as the waterfall shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StatementView {
    /// Position, from 1.
    pub n: u32,
    /// `load` or `walk`.
    pub phase: String,
    /// The relationship path that caused it; none for the root statement.
    pub path: Option<String>,
    /// SQL, one clause a line.
    pub sql: String,
    /// Parameters as JSON, long lists cut.
    pub params: String,
    /// Rows returned.
    pub rows: Quantity,
    /// Size of the decoded values.
    pub bytes: Quantity,
    /// Start, from the start of the request, in nanoseconds.
    pub start_ns: f64,
    /// Injected round trip.
    pub round_trip: Quantity,
    /// Executing and fetching.
    pub database: Quantity,
    /// Decoding and hydrating.
    pub client: Quantity,
    /// Whether this SQL is new since this variant's last trace.
    pub changed: bool,
}

/// How far a sample that is generated before it opens has come, sent over a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenProgress {
    /// What is being done, in words: `Writing users, 20 480 of 817 590 rows`.
    pub what: String,
    /// Rows written, of all tables.
    pub done: f64,
    /// Rows there will be, of all tables.
    pub total: f64,
}

/// Progress of a run, sent over a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum RunEvent {
    /// Preparing: opening connections, checking answers, warming up.
    Preparing {
        /// What is being done.
        what: String,
    },
    /// Requests were finished.
    Progress {
        /// Measured requests done, all variants, of this part.
        done: u32,
        /// Measured requests planned, all variants, of this part.
        total: u32,
        /// Round, from 1.
        round: u32,
        /// Rounds planned.
        rounds: u32,
        /// Name of the variant running.
        variant: String,
        /// Seconds since the run began.
        elapsed_s: f64,
        /// The value of a sweep this part measures: `round-trip time 2 ms, 3 of 4`; none for the experiment itself.
        part: Option<String>,
        /// Share of the whole run that is done, 0 to 1; every part counts alike.
        share: f64,
    },
    /// Something a user should know: a shortened run.
    Notice {
        /// One sentence.
        message: String,
    },
}

/// A finished or cancelled run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunView {
    /// Names the run in `draw` and `export`.
    pub id: String,
    /// The experiment that was run: what is shown is stale when the open one differs.
    pub experiment: ExperimentDoc,
    /// Whether the user stopped it.
    pub cancelled: bool,
    /// The answer in one sentence, with its interval.
    pub sentence: String,
    /// Whether every variant gave the baseline's answer: `results equal` or what differs.
    pub agreement: String,
    /// Whether that is as expected.
    pub agrees: bool,
    /// One row a variant, in the user's order.
    pub rows: Vec<RunRow>,
    /// What a reader has to know before believing the figures: noise, busy cores, the kind of loop.
    pub remarks: Vec<RemarkView>,
    /// The further charts this run can be drawn as.
    pub figures: Vec<Figure>,
    /// What a reader should know.
    pub notices: Vec<String>,
    /// Seconds the run took.
    pub elapsed_s: f64,
}

/// Something to know before believing the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RemarkView {
    /// A sentence or two.
    pub text: String,
    /// Whether the figures are worth less for it.
    pub caution: bool,
    /// Whether it stands beside the charts and not only among the details.
    pub prominent: bool,
}

/// One variant of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunRow {
    /// Id of the variant.
    pub variant: String,
    /// Its letter in the charts: `A`.
    pub letter: String,
    /// Its name.
    pub name: String,
    /// Statements a request.
    pub queries: Option<Quantity>,
    /// Round trips a request.
    pub round_trips: Option<Quantity>,
    /// Rows a request.
    pub row_count: Option<Quantity>,
    /// Bytes a request.
    pub byte_count: Option<Quantity>,
    /// Measured requests.
    pub n: u32,
    /// Median with interval.
    pub p50: Option<EstimateView>,
    /// 90th percentile with interval.
    pub p90: Option<EstimateView>,
    /// 95th percentile with interval.
    pub p95: Option<EstimateView>,
    /// 99th percentile with interval.
    pub p99: Option<EstimateView>,
    /// Mean with interval.
    pub mean: Option<EstimateView>,
    /// Median of the time without waiting for a core or a connection, with interval.
    pub service: Option<EstimateView>,
    /// Requests a second.
    pub throughput: Option<Quantity>,
    /// What the rounds say of it against the baseline; none for the baseline itself, and where a side has no time.
    pub comparison: Option<ComparisonView>,
    /// `baseline`, `same answer`, `wrong answer: 4 roots missing`, `raises InvalidRequestError`.
    pub verdict: String,
    /// Whether the verdict is a wrong answer or an error.
    pub bad: bool,
    /// Requests that failed.
    pub failures: u32,
}

/// A variant against the baseline, round by round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ComparisonView {
    /// `faster`, `slower`, `no detectable difference`, `too few rounds to tell`.
    pub verdict: String,
    /// `×0.24`; none where there is nothing to divide.
    pub ratio: Option<String>,
    /// `0.22 to 0.26`; none where the rounds are too few.
    pub interval: Option<String>,
}

/// A figure with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EstimateView {
    /// Nanoseconds.
    pub value: f64,
    /// Lower end of the 95 % interval; none where the sample is too small.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval; none where the sample is too small.
    pub high: Option<f64>,
    /// `86.2 ms`.
    pub text: String,
    /// `84.9 to 87.8 ms`, or why there is none.
    pub interval: String,
}

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
    /// Latency over requests in flight.
    Concurrency,
    /// Latency over round-trip time.
    RttMs,
    /// Latency over page size.
    PageSize,
    /// Latency over tenant size.
    TenantSize,
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
