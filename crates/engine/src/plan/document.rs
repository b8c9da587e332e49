//! The plan as its JSON file says it, before it is held against a mapping.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// An endpoint with a strategy on every relationship path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    /// The class the endpoint returns.
    pub root: String,
    /// How the roots are fetched.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    /// Which roots, in which order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub filter: FilterDocument,
    /// `load_only` on the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// The relationships the plan names, in the order the response reads them.
    #[serde(default)]
    pub relationships: Vec<NodeDocument>,
    /// A strategy for every relationship that is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wildcard: Option<Strategy>,
    /// Whether `.unique()` is called where a joined collection needs it; `false` shows the error.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub unique: bool,
    /// Sync or async session.
    #[serde(default, skip_serializing_if = "is_default")]
    pub session: SessionKind,
    /// How an async session walks the objects.
    #[serde(default, skip_serializing_if = "is_default")]
    pub async_walk: AsyncWalk,
    /// Rows per batch of a streamed result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yield_per: Option<u32>,
    /// Commit between loading and reading.
    #[serde(default, skip_serializing_if = "is_default")]
    pub commit_before_walk: bool,
    /// Whether a commit expires every object.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub expire_on_commit: bool,
    /// Close the session between loading and reading.
    #[serde(default, skip_serializing_if = "is_default")]
    pub close_before_walk: bool,
    /// Plans run first in the same session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<PlanDocument>,
    /// Whether the objects of `before` are kept alive.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub hold: bool,
}

/// One relationship of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeDocument {
    /// Relationship name.
    pub name: String,
    /// How it is loaded.
    #[serde(default)]
    pub strategy: Strategy,
    /// Whether the response reads it.
    #[serde(default = "yes")]
    pub accessed: bool,
    /// `load_only` on the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// Keys per `IN` list of a selectin load; 500 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunksize: Option<u32>,
    /// How often a self-referential eager load repeats itself; -1 without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recursion_depth: Option<i32>,
    /// How a `bulk` load says which rows it wants.
    #[serde(default, skip_serializing_if = "is_default")]
    pub form: BulkForm,
    /// Whether a `bulk` load sends a key that several owners share once or once an owner.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keys: BulkKeys,
    /// Relationships of the target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relationships: Vec<NodeDocument>,
}

impl PlanDocument {
    /// All objects of a class, nothing said about their relationships.
    #[must_use]
    pub fn of(root: &str) -> PlanDocument {
        PlanDocument {
            root: root.to_owned(),
            mode: Mode::List,
            filter: FilterDocument::default(),
            columns: None,
            relationships: Vec::new(),
            wildcard: None,
            unique: true,
            session: SessionKind::Sync,
            async_walk: AsyncWalk::Direct,
            yield_per: None,
            commit_before_walk: false,
            expire_on_commit: true,
            close_before_walk: false,
            before: Vec::new(),
            hold: true,
        }
    }
}

impl NodeDocument {
    /// A relationship that is read, with the mapping's default strategy.
    #[must_use]
    pub fn of(name: &str) -> NodeDocument {
        NodeDocument {
            name: name.to_owned(),
            strategy: Strategy::Default,
            accessed: true,
            columns: None,
            chunksize: None,
            recursion_depth: None,
            form: BulkForm::In,
            keys: BulkKeys::Distinct,
            relationships: Vec::new(),
        }
    }
}

/// Which roots an endpoint returns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FilterDocument {
    /// Primary key: one value, a list, or a list of composite keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pk: Option<serde_json::Value>,
    /// Comparisons of columns, dotted through joined relationships.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<(String, Operator, serde_json::Value)>,
    /// Relationships joined explicitly, so that `where` and `order_by` may name their columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub join: Vec<String>,
    /// `.has()` and `.any()`: EXISTS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub has: Vec<(String, Operator, serde_json::Value)>,
    /// Columns, `-` before one for descending.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub order_by: Vec<String>,
    /// At most so many roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Roots skipped first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// SELECT DISTINCT.
    #[serde(default, skip_serializing_if = "is_default")]
    pub distinct: bool,
    /// Every other key is a column of the root and the value it equals.
    #[serde(flatten)]
    pub columns: IndexMap<String, serde_json::Value>,
}

/// `order_by` may be one name or a list of them.
fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(name) => vec![name],
        OneOrMany::Many(names) => names,
    })
}

/// How a relationship is loaded. Names are SQLAlchemy's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// No option given: the mapping's own default, which is lazy.
    #[default]
    Default,
    /// Lazy: a statement when the attribute is read.
    Select,
    /// LEFT OUTER JOIN in the parent's statement.
    Joined,
    /// JOIN in the parent's statement.
    JoinedInner,
    /// `innerjoin="unnested"`: a flat LEFT OUTER JOIN below an outer join.
    JoinedInnerUnnested,
    /// A second statement with an IN list of keys.
    Selectin,
    /// A second statement that restates the first as a derived table.
    Subquery,
    /// The lazy statements, right after the load.
    Immediate,
    /// Reading the attribute is an error.
    Raise,
    /// Reading the attribute is an error unless the identity map answers.
    RaiseOnSql,
    /// The attribute stays empty.
    Noload,
    /// Filled from an explicit join.
    ContainsEager,
    /// Not SQLAlchemy's: explicit queries by key, assembled in the application.
    Bulk,
    /// Not SQLAlchemy's: nested JSON built by the database.
    JsonAgg,
}

impl Strategy {
    /// The name plan files use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Default => "default",
            Strategy::Select => "select",
            Strategy::Joined => "joined",
            Strategy::JoinedInner => "joined_inner",
            Strategy::JoinedInnerUnnested => "joined_inner_unnested",
            Strategy::Selectin => "selectin",
            Strategy::Subquery => "subquery",
            Strategy::Immediate => "immediate",
            Strategy::Raise => "raise",
            Strategy::RaiseOnSql => "raise_on_sql",
            Strategy::Noload => "noload",
            Strategy::ContainsEager => "contains_eager",
            Strategy::Bulk => "bulk",
            Strategy::JsonAgg => "json_agg",
        }
    }

    /// Whether the parent's statement gets a join of its own for it.
    #[must_use]
    pub fn is_joined(self) -> bool {
        matches!(self, Strategy::Joined | Strategy::JoinedInner | Strategy::JoinedInnerUnnested)
    }

    /// Whether the related columns ride along in the parent's statement.
    #[must_use]
    pub fn rides_along(self) -> bool {
        self.is_joined() || self == Strategy::ContainsEager
    }

    /// Whether it is loaded once the rows of the parent's statement are built.
    #[must_use]
    pub fn is_post_load(self) -> bool {
        matches!(self, Strategy::Selectin | Strategy::Immediate | Strategy::Bulk)
    }
}

/// How a `bulk` load says which rows it wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkForm {
    /// An IN list, one parameter a key.
    #[default]
    In,
    /// One array parameter, whatever the number of keys.
    Any,
}

/// Which keys a `bulk` load sends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkKeys {
    /// Each key once.
    #[default]
    Distinct,
    /// The key of every owner, repeated where owners share it.
    Repeated,
}

/// How the roots are fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// All of them.
    #[default]
    List,
    /// Exactly one.
    One,
    /// The first; the others are transferred and thrown away.
    First,
    /// `session.get` by primary key.
    Get,
    /// Execute without fetching.
    ExecuteOnly,
    /// Streamed by an async session.
    Stream,
    /// Streamed and never fetched.
    StreamExecuteOnly,
    /// Streamed, each root dropped after it was read.
    StreamDrop,
}

/// Sync or async session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// `Session`.
    #[default]
    Sync,
    /// `AsyncSession`.
    Async,
}

/// How the objects of an async session are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsyncWalk {
    /// Outside a greenlet: lazy loads raise.
    #[default]
    Direct,
    /// Inside `session.run_sync`.
    RunSync,
}

/// A comparison in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// Equal.
    #[serde(rename = "==")]
    Equal,
    /// Not equal.
    #[serde(rename = "!=")]
    NotEqual,
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// Less or equal.
    #[serde(rename = "<=")]
    LessOrEqual,
    /// Greater.
    #[serde(rename = ">")]
    Greater,
    /// Greater or equal.
    #[serde(rename = ">=")]
    GreaterOrEqual,
    /// SQL LIKE.
    #[serde(rename = "like")]
    Like,
    /// SQL IN.
    #[serde(rename = "in")]
    In,
    /// SQL IS.
    #[serde(rename = "is")]
    Is,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_true(value: &bool) -> bool {
    *value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
