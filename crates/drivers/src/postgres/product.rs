//! What answers as PostgreSQL: the server itself, or an engine that speaks as it does.

use super::error::PostgresError;
use super::session::Session;
use std::fmt;

/// An engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL itself.
    PostgreSql,
    /// PostgreSQL with tables spread over machines by Citus, whose version this is.
    Citus(String),
    /// CockroachDB.
    CockroachDb,
    /// YugabyteDB, whose version this is; the product's version is the one of PostgreSQL in it.
    YugabyteDb(String),
    /// Another, by its name.
    Other(String),
}

/// An engine and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// What it is.
    pub engine: Engine,
    /// Its version, as `15.18`.
    pub version: String,
}

/// Engines that call themselves PostgreSQL and put their own name behind.
const NAMED_BEHIND: [&str; 4] = ["Redshift", "Greenplum Database", "EnterpriseDB", "openGauss"];

impl Product {
    /// Asks the server.
    ///
    /// # Errors
    /// When the connection is lost.
    pub(super) fn of_session(session: &Session) -> Result<Product, PostgresError> {
        let said = session.ask("SELECT pg_catalog.version()")?;
        let said = said.first().and_then(|row| row.get(0)).unwrap_or_default().to_owned();
        let extensions = session.ask("SELECT extname, extversion FROM pg_catalog.pg_extension");
        // Whoever has no such view has no extension either.
        let extensions = match extensions {
            Err(error) if error.is_lost() => return Err(error),
            Err(_) => Vec::new(),
            Ok(rows) => rows,
        };
        let extensions: Vec<(&str, &str)> =
            extensions.iter().filter_map(|row| Some((row.get(0)?, row.get(1)?))).collect();
        Ok(Product::of(&said, &extensions))
    }

    /// From what `version()` says and the extensions with their versions.
    #[must_use]
    pub fn of(said: &str, extensions: &[(&str, &str)]) -> Product {
        let mut words = said.split_whitespace();
        let name = words.next().unwrap_or("unknown");
        let version = words.find(|word| word.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit()));
        let version = version.unwrap_or_default().trim_start_matches('v').trim_end_matches(',');
        if name == "CockroachDB" {
            return Product { engine: Engine::CockroachDb, version: version.to_owned() };
        }
        if name != "PostgreSQL" {
            return Product { engine: Engine::Other(name.to_owned()), version: version.to_owned() };
        }
        if let Some((of_postgres, own)) = version.split_once("-YB-") {
            return Product { engine: Engine::YugabyteDb(own.to_owned()), version: of_postgres.to_owned() };
        }
        let behind = NAMED_BEHIND.into_iter().find(|name| said.contains(name));
        let citus = extensions.iter().find(|(name, _)| *name == "citus");
        let engine = match (behind, citus) {
            (Some(name), _) => Engine::Other(name.to_owned()),
            (None, Some((_, version))) => Engine::Citus((*version).to_owned()),
            (None, None) => Engine::PostgreSql,
        };
        Product { engine, version: version.to_owned() }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = &self.version;
        match &self.engine {
            Engine::PostgreSql => write!(formatter, "PostgreSQL {version}"),
            Engine::Citus(own) => write!(formatter, "Citus {own} on PostgreSQL {version}"),
            Engine::CockroachDb => write!(formatter, "CockroachDB {version}"),
            Engine::YugabyteDb(own) => write!(formatter, "YugabyteDB {own} (as PostgreSQL {version})"),
            Engine::Other(name) => write!(formatter, "{name} {version}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(said: &str, extensions: &[(&str, &str)]) -> String {
        Product::of(said, extensions).to_string()
    }

    #[test]
    fn engines_are_told_apart_by_what_they_say() {
        let postgres = "PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc (Debian \
                        12.2.0-14+deb12u1) 12.2.0, 64-bit";
        assert_eq!(described(postgres, &[("plpgsql", "1.0")]), "PostgreSQL 15.18");
        assert_eq!(described(postgres, &[("plpgsql", "1.0"), ("citus", "12.1-1")]), "Citus 12.1-1 on PostgreSQL 15.18");
        let cockroach = "CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27 01:53:43, go1.19.10)";
        assert_eq!(described(cockroach, &[]), "CockroachDB 23.1.11");
        let yugabyte =
            "PostgreSQL 11.2-YB-2.18.3.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 15.0.3, 64-bit";
        assert_eq!(described(yugabyte, &[]), "YugabyteDB 2.18.3.0-b0 (as PostgreSQL 11.2)");
        let redshift = "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2, Redshift 1.0.38698";
        assert_eq!(described(redshift, &[]), "Redshift 8.0.2");
        assert_eq!(described("Materialize v0.80.0 (on x86_64)", &[]), "Materialize 0.80.0");
        assert_eq!(described("PostgreSQL 17beta1 on aarch64-linux", &[]), "PostgreSQL 17beta1");
        assert_eq!(described("", &[]), "unknown ");
    }
}
