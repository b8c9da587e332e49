//! What rules look at: plain figures of one request, and of a run where there was one.

use super::multiplication::{self, Multiplication, Volume};
use crate::graph::ObjectId;
use crate::load::{IN_LIST, Loaded, PARAMETERS};
use crate::mapping::document::RelationshipKind;
use crate::mapping::{Mapping, Relationship, Remote};
use crate::plan::document::{BulkForm, Strategy};
use crate::plan::{Node, Program};
use crate::trace::{OrmError, Phase, StatementTrace};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Figures of one request, and of a run where there was one.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Every distinct statement, in the order of first use.
    pub statements: Vec<Sent>,
    /// What is known of the request's objects.
    pub objects: Objects,
    /// How its answer compares.
    pub answer: Answer,
    /// How a run's requests waited; `None` for a single request.
    pub waits: Option<Waits>,
}

/// What is known of a request once its objects are loaded: to be kept where the objects are not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Objects {
    /// Every relationship of the plan, parents first.
    pub relationships: Vec<LoadedRelationship>,
    /// Rows against what they were needed for.
    pub multiplication: Multiplication,
}

/// One distinct statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// SQL as sent.
    pub sql: Arc<str>,
    /// When it is sent.
    pub phase: Phase,
    /// The relationship path that causes it; `None` for a root statement.
    pub path: Option<String>,
    /// How often.
    pub times: u64,
    /// Rows over all times.
    pub rows: u64,
}

/// A relationship of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadedRelationship {
    /// Its path, as in the trace.
    pub path: String,
    /// Direction and cardinality.
    pub kind: RelationshipKind,
    /// How it is loaded.
    pub strategy: Strategy,
    /// Whether the response reads it, and everything above it.
    pub read: bool,
    /// Distinct objects that have it.
    pub owners: u64,
    /// Distinct objects it leads to.
    pub objects: u64,
    /// Size of their values.
    pub bytes: u64,
    /// Keys that one statement takes, where it takes a list of them.
    pub keys_at_a_time: Option<u64>,
    /// Where its rows are looked up; `None` where that is by primary key.
    pub lookup: Option<Lookup>,
}

/// By which columns rows are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The schema of the table, where it has to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Whether an index begins with them; `None` while nobody has looked.
    pub indexed: Option<bool>,
}

/// How an answer compares with the one it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing to compare with.
    NotCompared,
    /// The same.
    Same,
    /// Another one.
    Different {
        /// In words: `4 roots missing`.
        difference: String,
    },
    /// None: an exception.
    Raises(OrmError),
}

/// How the requests of a run waited for connections.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waits {
    /// Requests in flight at once.
    pub concurrency: u32,
    /// Connections at most.
    pub connections: u32,
    /// Measured requests.
    pub requests: u64,
    /// Part of their time, 0 to 1, in which they waited for a connection.
    pub share: f64,
    /// Requests that gave up waiting.
    pub timeouts: u64,
}

impl Evidence {
    /// The evidence of one request.
    #[must_use]
    pub fn of_request(program: &Program, loaded: &Loaded, statements: &[StatementTrace]) -> Evidence {
        let fetched = Volume {
            rows: statements.iter().map(|statement| statement.rows).sum(),
            bytes: statements.iter().map(|statement| statement.bytes).sum(),
        };
        Evidence {
            statements: distinct(statements),
            objects: Objects::of(program, loaded, fetched),
            answer: loaded.error.clone().map_or(Answer::NotCompared, Answer::Raises),
            waits: None,
        }
    }

    /// Statements of the loader.
    pub(super) fn query_count(&self) -> u64 {
        self.statements.iter().map(|sent| sent.times).sum()
    }

    /// The relationship of a path.
    pub(super) fn relationship(&self, path: &str) -> Option<&LoadedRelationship> {
        self.objects.relationships.iter().find(|one| one.path == path)
    }

    /// Statements that a path causes, and their rows.
    pub(super) fn caused_by(&self, path: &str) -> (u64, u64) {
        let sent = self.statements.iter().filter(|sent| sent.path.as_deref() == Some(path));
        sent.fold((0, 0), |(times, rows), sent| (times + sent.times, rows + sent.rows))
    }
}

impl LoadedRelationship {
    /// Keys by which its objects are asked for: one an owner of a collection, and one an object that owners may share.
    pub(super) fn keys(&self) -> u64 {
        if self.kind.is_collection() { self.owners } else { self.objects.min(self.owners) }
    }
}

/// Statements of the same text, phase and path become one.
fn distinct(statements: &[StatementTrace]) -> Vec<Sent> {
    let mut places = FxHashMap::default();
    let mut all: Vec<Sent> = Vec::new();
    for one in statements {
        let place = *places.entry((&*one.sql, one.phase, one.path.as_deref())).or_insert_with(|| {
            let (phase, path) = (one.phase, one.path.as_deref().map(str::to_owned));
            all.push(Sent { sql: one.sql.clone(), phase, path, times: 0, rows: 0 });
            all.len() - 1
        });
        all[place].times += 1;
        all[place].rows += one.rows;
    }
    all
}

impl Objects {
    /// Looks at what a request has loaded; `fetched` is what its statements returned.
    #[must_use]
    pub fn of(program: &Program, loaded: &Loaded, fetched: Volume) -> Objects {
        let reached = multiplication::Reached::of(program, loaded);
        let below_root = program
            .main_nodes()
            .into_iter()
            .filter(|id| program.node(*id).parent.is_some() && !program.node(*id).unrolled);
        let relationships = below_root.filter_map(|id| {
            let node = program.node(id);
            let (_, _, relationship) = program.relationship(id)?;
            let above = std::iter::successors(Some(id), |above| program.node(*above).parent);
            let objects = reached.at(id);
            Some(LoadedRelationship {
                path: node.path.to_string(),
                kind: relationship.kind,
                strategy: node.strategy,
                read: above.into_iter().all(|above| program.node(above).accessed),
                owners: node.parent.map_or(0, |parent| reached.at(parent).len() as u64),
                objects: objects.len() as u64,
                bytes: size(loaded, &program.mapping, objects),
                keys_at_a_time: keys_at_a_time(node, relationship),
                lookup: lookup(&program.mapping, relationship),
            })
        });
        Objects {
            relationships: relationships.collect(),
            multiplication: Multiplication::of(program, loaded, &reached, fetched),
        }
    }
}

fn size(loaded: &Loaded, mapping: &Mapping, objects: &[ObjectId]) -> u64 {
    let columns = |id: &ObjectId| mapping.entity(loaded.graph.object(*id).entity).column_ids();
    let values = objects.iter().flat_map(|id| columns(id).map(|column| loaded.graph.value(*id, column)));
    values.map(crate::value::ValueRef::byte_count).sum()
}

fn keys_at_a_time(node: &Node, relationship: &Relationship) -> Option<u64> {
    match node.strategy {
        Strategy::Selectin => Some(node.chunk.unwrap_or(IN_LIST) as u64),
        Strategy::Bulk => match node.bulk.0 {
            BulkForm::In => Some(node.chunk.unwrap_or(PARAMETERS / relationship.local.len().max(1)) as u64),
            BulkForm::Any => None,
        },
        Strategy::Default
        | Strategy::Select
        | Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::JoinedInnerUnnested
        | Strategy::Subquery
        | Strategy::Immediate
        | Strategy::Raise
        | Strategy::RaiseOnSql
        | Strategy::Noload
        | Strategy::ContainsEager
        | Strategy::JsonAgg => None,
    }
}

fn lookup(mapping: &Mapping, relationship: &Relationship) -> Option<Lookup> {
    match &relationship.remote {
        Remote::Secondary { table, near, .. } => Some(Lookup {
            schema: table.schema.as_deref().map(str::to_owned),
            table: table.name.to_string(),
            columns: near.iter().map(|column| column.name.to_string()).collect(),
            indexed: None,
        }),
        Remote::Target(_) if relationship.targets_primary_key => None,
        Remote::Target(columns) => {
            let target = mapping.entity(relationship.target);
            let columns = columns.iter().map(|column| target.column(*column).name.to_string()).collect();
            let schema = target.table.schema.as_deref().map(str::to_owned);
            Some(Lookup { schema, table: target.table.name.to_string(), columns, indexed: None })
        }
    }
}
