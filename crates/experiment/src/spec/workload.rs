//! How many requests, under which circumstances, and what one of them may take.

use super::is_default;
use fetchscope_drivers::limits;
use fetchscope_engine::plan::document::SessionKind;
use serde::{Deserialize, Serialize};

/// How many requests, how many at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Workload {
    /// Requests in flight at once, 1 to 200.
    pub concurrency: u32,
    /// Measured requests a variant; with neither this nor `seconds`, 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<u32>,
    /// Measured seconds a variant, instead of a number of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Requests a second that arrive whether or not earlier ones are answered (open loop), their latency counted from the
    /// moment they were due. Without it every client asks again once it is answered (closed loop).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Unmeasured requests a variant before the first round.
    pub warmup: u32,
    /// Rounds in which the variants are interleaved, at most: every client has two requests in each. The shorter a round,
    /// the more alike is what the machine does to all variants in it.
    pub rounds: u32,
    /// Whose data a request asks for.
    #[serde(skip_serializing_if = "is_default")]
    pub tenants: Tenants,
    /// The column that tells tenants apart, dotted through many-to-one relationships of the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_column: Option<String>,
    /// The connection pool.
    pub pool: Pool,
}

impl Default for Workload {
    fn default() -> Self {
        Workload {
            concurrency: 1,
            requests: None,
            seconds: None,
            rate: None,
            warmup: 10,
            rounds: 50,
            tenants: Tenants::One,
            tenant_column: None,
            pool: Pool::default(),
        }
    }
}

/// Whose data a request asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenants {
    /// What the endpoint's filter says.
    #[default]
    One,
    /// One tenant after the other, in the order of their keys.
    RoundRobin,
    /// Drawn, a tenant with twice the rows twice as often.
    BySize,
    /// The tenant whose number of roots comes nearest: what a sweep over tenant sizes asks for.
    #[serde(skip)]
    Nearest(u32),
}

/// What one request may take at most; it is stopped there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Rows of all its statements.
    pub rows: u64,
    /// Bytes of their values.
    pub bytes: u64,
    /// Seconds from its start to its response.
    pub seconds: f64,
}

impl Default for Limits {
    fn default() -> Self {
        let limits::Limits { rows, bytes, time } = limits::Limits::default();
        Limits { rows, bytes, seconds: time.as_secs_f64() }
    }
}

impl From<Limits> for limits::Limits {
    fn from(Limits { rows, bytes, seconds }: Limits) -> Self {
        limits::Limits { rows, bytes, time: std::time::Duration::from_secs_f64(seconds) }
    }
}

/// The connection pool; the defaults are SQLAlchemy's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pool {
    /// Connections kept.
    pub size: u32,
    /// Connections beyond that, closed after use.
    pub overflow: u32,
    /// Seconds a request waits for a connection before it fails.
    pub timeout: f64,
}

impl Default for Pool {
    fn default() -> Self {
        Pool { size: 5, overflow: 10, timeout: 30.0 }
    }
}

/// Circumstances of the measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// Injected time per round trip, in milliseconds.
    pub rtt_ms: f64,
    /// Standard deviation of the injected time, in milliseconds.
    #[serde(skip_serializing_if = "is_default")]
    pub jitter_ms: f64,
    /// BEGIN and ROLLBACK as round trips of their own; otherwise autocommit.
    pub transaction: bool,
    /// Whether prepared statements are kept by their text.
    pub statement_cache: bool,
    /// Sync or async session.
    #[serde(skip_serializing_if = "is_default")]
    pub session: SessionKind,
}

impl Default for Conditions {
    fn default() -> Self {
        Conditions { rtt_ms: 0.0, jitter_ms: 0.0, transaction: true, statement_cache: true, session: SessionKind::Sync }
    }
}
