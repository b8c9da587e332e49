//! What the types of a database are, learned as a session behind a pooler begins.
//!
//! The client asks for each type that a database made itself, with statements that it prepares. Behind a pooler these would
//! stay in a session that is lent to others next, and be missing in the one that is lent to us. So all types are
//! asked for at once, in one transaction, and what was prepared for it is let go in the same.

use std::collections::BTreeSet;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

/// Types of columns that are not the server's own, as columns of a statement.
const TYPES: &str = "SELECT DISTINCT 'NULL::' || format_type(a.atttypid, NULL) FROM pg_catalog.pg_attribute a \
                     JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
                     WHERE a.atttypid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND t.typtype <> 'p' \
                     AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";

/// Columns that one statement takes.
const AT_A_TIME: usize = 1_000;

/// How often is begun anew, when another program of the same client has left a statement of the same name. Each time the
/// names go on.
const TRIES: u32 = 50;

/// Learns every type.
pub(super) async fn learn_types(client: &Client) -> Result<(), Error> {
    let mut tries = 1..TRIES;
    loop {
        match try_to_learn(client).await {
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_PSTATEMENT) && tries.next().is_some() => {
                client.batch_execute("ROLLBACK").await?;
            }
            learned => return learned,
        }
    }
}

async fn try_to_learn(client: &Client) -> Result<(), Error> {
    client.batch_execute("BEGIN READ ONLY").await?;
    let before: BTreeSet<String> = prepared(client).await?.into_iter().collect();
    for types in listed(client, TYPES).await?.chunks(AT_A_TIME) {
        client.query_typed(&format!("SELECT {}", types.join(", ")), &[]).await?;
    }
    let ours = prepared(client).await?.into_iter().filter(|name| !before.contains(name));
    let let_go: String = ours.map(|name| format!("DEALLOCATE {name}; ")).collect();
    client.batch_execute(&format!("{let_go}ROLLBACK")).await
}

/// The statements that are prepared in the session at hand.
async fn prepared(client: &Client) -> Result<Vec<String>, Error> {
    listed(client, "SELECT quote_ident(name) FROM pg_catalog.pg_prepared_statements").await
}

/// The first column of what a statement answers with.
async fn listed(client: &Client, sql: &str) -> Result<Vec<String>, Error> {
    let text = |message| {
        let SimpleQueryMessage::Row(row) = message else { return None };
        row.try_get(0).ok().flatten().map(str::to_owned)
    };
    Ok(client.simple_query(sql).await?.into_iter().filter_map(text).collect())
}
