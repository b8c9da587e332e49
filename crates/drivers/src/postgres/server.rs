//! What a server is set to, and how many connections it has left.

use super::error::PostgresError;
use super::session::{Session, TextRow};

/// Settings that decide how fast a statement is, or how it is run.
const THAT_MATTER: [&str; 14] = [
    "shared_buffers",
    "effective_cache_size",
    "work_mem",
    "hash_mem_multiplier",
    "random_page_cost",
    "effective_io_concurrency",
    "jit",
    "max_parallel_workers_per_gather",
    "plan_cache_mode",
    "default_statistics_target",
    "max_connections",
    "track_io_timing",
    "synchronous_commit",
    "server_encoding",
];

/// A setting of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSetting {
    /// Its name.
    pub name: String,
    /// Its value with the unit, as the server shows it: `128MB`.
    pub value: String,
}

impl Session {
    /// The settings that matter for a measurement, by name; an engine that has no list of them says none.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn server_settings(&self) -> Result<Vec<ServerSetting>, PostgresError> {
        let names = THAT_MATTER.map(|name| format!("'{name}'")).join(", ");
        let sql = format!(
            "SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.pg_settings WHERE name IN ({names}) \
             ORDER BY name"
        );
        let rows = match self.ask(&sql) {
            Err(error) if error.is_lost() => return Err(error),
            Err(_) => Vec::new(),
            Ok(rows) => rows,
        };
        let setting =
            |row: &TextRow| Some(ServerSetting { name: row.get(0)?.to_owned(), value: row.get(1)?.to_owned() });
        Ok(rows.iter().filter_map(setting).collect())
    }

    /// How many more connections this role can open to this database now; `None` where the engine has no such limit, or
    /// does not tell.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn free_connections(&self) -> Result<Option<u64>, PostgresError> {
        // Of the server those kept for its administrators are not free, of the role and the database a limit of -1 is
        // none. Whoever may not see other sessions still sees how many there are.
        let rows = match self.ask(
            "SELECT least(\
             current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint \
             - coalesce(current_setting('reserved_connections', true)::bigint, 0) \
             - (SELECT sum(numbackends) FROM pg_catalog.pg_stat_database), \
             (SELECT nullif(d.datconnlimit, -1) - s.numbackends FROM pg_catalog.pg_database d \
             JOIN pg_catalog.pg_stat_database s ON s.datid = d.oid WHERE d.datname = current_database()), \
             (SELECT nullif(r.rolconnlimit, -1) - (SELECT count(*) FROM pg_catalog.pg_stat_activity a \
             WHERE a.usesysid = r.oid) FROM pg_catalog.pg_roles r WHERE r.rolname = current_user))",
        ) {
            Err(error) if error.is_lost() => return Err(error),
            Err(_) => return Ok(None),
            Ok(rows) => rows,
        };
        let free: Option<i64> = rows.first().and_then(|row| row.get(0)).and_then(|text| text.parse().ok());
        Ok(free.map(|free| free.max(0).unsigned_abs()))
    }
}
