//! Which database a statement is written for.

/// The dialects that statements are written in: what of their text differs is decided where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL, as SQLAlchemy speaks it through asyncpg.
    Postgres,
}
