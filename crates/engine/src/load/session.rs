//! One session: its objects, and the order of a request: plans run before, load, walk.

use super::compiled::{Compiled, StatementCache, StatementKey};
use super::hydrate::{Hydration, NeedsSubquery};
use super::postload::{PostLoads, Queue};
use super::root;
use super::subquery::Enclosing;
use super::{Loaded, Port, Request, Rows};
use crate::graph::{Graph, Key, ObjectId};
use crate::plan::document::Mode;
use crate::plan::{Program, RootPlan, WalkIo};
use crate::trace::{OrmError, OrmErrorType, Phase};
use crate::value::Value;
use rustc_hash::FxHashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Rows built before whoever drives may look whether to go on: some ten milliseconds' worth.
const ROWS_BETWEEN_PAUSES: usize = 8_192;

/// A session while its request runs.
pub(crate) struct Session {
    pub(super) program: Arc<Program>,
    pub(super) cache: Arc<StatementCache>,
    pub(super) graph: Graph,
    pub(super) phase: Phase,
    port: Port,
    loads: u32,
}

/// How a statement is sent and its rows are used.
pub(super) struct Plan {
    /// The relationship path that causes it.
    pub(super) path: Option<Arc<str>>,
    /// Whether post-loads run for objects that were there before as well.
    pub(super) invoke_all: bool,
    /// Whether rows are fetched.
    pub(super) fetch: bool,
}

/// What a statement brought.
pub(super) struct Found {
    /// Distinct lead objects in row order.
    pub(super) objects: Vec<ObjectId>,
    by_row: Vec<Option<ObjectId>>,
    rows: Rows,
}

impl Found {
    /// The lead object of each row with the key by which the row is handed to its parent.
    pub(super) fn keyed(mut self, compiled: &Compiled) -> impl Iterator<Item = (Key, ObjectId)> {
        (0..self.by_row.len()).filter_map(move |index| {
            let object = self.by_row[index]?;
            let row = self.rows.row(index);
            Some((Key::new(compiled.key.iter().map(|position| row[*position].clone())), object))
        })
    }
}

impl Session {
    pub(super) fn new(program: Arc<Program>, cache: Arc<StatementCache>, port: Port) -> Session {
        Session { program, cache, port, graph: Graph::default(), phase: Phase::Load, loads: 0 }
    }

    /// The whole request.
    pub(super) async fn run(mut self) -> Loaded {
        let mut roots = None;
        let error = self.request(&mut roots).await.err();
        Loaded { graph: self.graph, roots, error }
    }

    async fn request(&mut self, roots: &mut Option<Vec<ObjectId>>) -> Result<(), OrmError> {
        let program = self.program.clone();
        for plan in &program.before {
            self.phase = Phase::Before;
            let objects = self.load_root(plan).await?;
            self.walk(plan.node, &objects, WalkIo::Allowed).await?;
            if !program.hold {
                self.graph.forget();
            }
        }
        self.phase = Phase::Load;
        let objects = self.load_root(&program.main).await?;
        *roots = Some(objects.clone());
        self.phase = Phase::Walk;
        self.walk(program.main.node, &objects, program.walk_io).await
    }

    async fn load_root(&mut self, plan: &RootPlan) -> Result<Vec<ObjectId>, OrmError> {
        let program = self.program.clone();
        if plan.mode == Mode::Get
            && let Some(object) = self.held(plan)
        {
            // The identity map answers, and the options are ignored.
            return Ok(vec![object]);
        }
        let compiled = self.cache.get_or_compile(StatementKey::Root(plan.node), || root::compile(&program, plan));
        let fetch = plan.buffered || plan.mode != Mode::ExecuteOnly;
        let how = Plan { path: None, invoke_all: true, fetch };
        if plan.lacks_unique {
            self.ask(&compiled, root::params(plan), &how).await;
            return Err(self.error(
                OrmErrorType::InvalidRequestError,
                "a joined collection repeats its parents, so the result must be made unique with `.unique()`",
            ));
        }
        let mut objects = self.load(compiled, root::params(plan), how, Queue::Own).await.objects;
        match plan.mode {
            Mode::First => objects.truncate(1),
            Mode::One if objects.is_empty() => {
                return Err(self.error(OrmErrorType::NoResultFound, "mode `one` wants exactly one row and found none"));
            }
            Mode::One if objects.len() > 1 => {
                let message = "mode `one` wants exactly one row and found several";
                return Err(self.error(OrmErrorType::MultipleResultsFound, message));
            }
            Mode::ExecuteOnly => objects.clear(),
            Mode::List | Mode::One | Mode::Get | Mode::Stream | Mode::StreamExecuteOnly | Mode::StreamDrop => {}
        }
        Ok(objects)
    }

    /// The object that `session.get` finds without a statement.
    fn held(&self, plan: &RootPlan) -> Option<ObjectId> {
        let key = root::params(plan);
        self.graph.find(self.program.node(plan.node).entity, Key::new(key.into_iter()))
    }

    fn error(&self, type_name: OrmErrorType, message: &str) -> OrmError {
        OrmError { type_name, phase: self.phase, path: None, message: message.to_owned() }
    }

    async fn ask(&mut self, compiled: &Compiled, params: Vec<Value>, plan: &Plan) -> Rows {
        self.port
            .ask(Request {
                sql: compiled.sql.clone(),
                params,
                kinds: compiled.kinds.clone(),
                fetch: plan.fetch,
                phase: self.phase,
                path: plan.path.clone(),
            })
            .await
    }

    /// Sends a statement, builds its objects and runs what they need.
    pub(super) async fn load(
        &mut self,
        compiled: Arc<Compiled>,
        params: Vec<Value>,
        plan: Plan,
        queue: Queue<'_>,
    ) -> Found {
        self.load_within(compiled, params, plan, queue, None).await
    }

    /// The same; a subquery load below restates `enclosing` rather than this statement.
    pub(super) fn load_within<'a>(
        &'a mut self,
        compiled: Arc<Compiled>,
        params: Vec<Value>,
        plan: Plan,
        queue: Queue<'a>,
        enclosing: Option<Enclosing>,
    ) -> Pin<Box<dyn Future<Output = Found> + Send + 'a>> {
        Box::pin(async move {
            let enclosing = enclosing.unwrap_or_else(|| {
                // Parameters are only kept where a subquery load is going to send them again.
                let kept = if compiled.lead.has_subquery() { params.clone() } else { Vec::new() };
                Enclosing { compiled: compiled.clone(), params: kept.into() }
            });
            let rows = self.ask(&compiled, params, &plan).await;
            match queue {
                Queue::Own => {
                    let mut posts = PostLoads::default();
                    let found = self.build(&compiled, rows, &plan, &mut posts, true, &enclosing).await;
                    self.run_post_loads(&mut posts).await;
                    found
                }
                Queue::Enclosing(posts) => self.build(&compiled, rows, &plan, posts, false, &enclosing).await,
            }
        })
    }

    async fn build(
        &mut self,
        compiled: &Arc<Compiled>,
        mut rows: Rows,
        plan: &Plan,
        posts: &mut PostLoads,
        own: bool,
        enclosing: &Enclosing,
    ) -> Found {
        let program = self.program.clone();
        self.loads += 1;
        posts.register(&compiled.lead);
        let mut hydration = Hydration::new(&program.mapping, compiled, self.loads, plan.invoke_all);
        let mut objects = Vec::with_capacity(rows.len());
        let mut by_row = Vec::with_capacity(rows.len());
        let mut distinct: FxHashSet<ObjectId> = FxHashSet::default();
        for index in 0..rows.len() {
            if index % ROWS_BETWEEN_PAUSES == ROWS_BETWEEN_PAUSES - 1 {
                self.port.pause().await;
            }
            let object = loop {
                match hydration.row(&mut self.graph, posts, &compiled.lead, rows.row(index)) {
                    Ok(object) => break object,
                    Err(NeedsSubquery(node)) => {
                        let queue = if own { Queue::Own } else { Queue::Enclosing(&mut *posts) };
                        let assembled = self.subquery(node, enclosing, queue).await;
                        hydration.subqueries.insert(node, assembled);
                    }
                }
            };
            if let Some(object) = object
                && distinct.insert(object)
            {
                objects.push(object);
            }
            by_row.push(object);
        }
        Found { objects, by_row, rows }
    }
}
