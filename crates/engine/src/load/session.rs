//! One session: its objects, and the order of a request: plans run before, load, walk.

use super::compiled::{Compiled, StatementCache, StatementKey};
use super::hydrate::{Hydration, NeedsSubquery};
use super::postload::{PostLoads, Queue, Recursion};
use super::root;
use super::subquery::Enclosing;
use super::{Fetch, Loaded, Port, Request, Rows, Step};
use crate::graph::{Graph, Key, ObjectId};
use crate::plan::document::Mode;
use crate::plan::{NodeId, Program, RootPlan, WalkIo};
use crate::trace::{OrmError, OrmErrorType, Phase};
use crate::value::Value;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Rows of a statement that are fetched and built together: few enough to stay in the processor's cache.
const ROWS_AT_A_TIME: u32 = 256;

/// Rows built before whoever drives may look whether to go on: some ten milliseconds' worth.
const ROWS_BETWEEN_PAUSES: usize = 8_192;

/// A session while its request runs.
pub(crate) struct Session {
    pub(super) program: Arc<Program>,
    pub(super) cache: Arc<StatementCache>,
    pub(super) graph: Graph,
    pub(super) phase: Phase,
    /// The path of what the walk is reading, where that is not a root.
    pub(super) reading: Option<Arc<str>>,
    /// Roots that the application holds.
    pub(super) held: Vec<ObjectId>,
    pub(super) port: Port,
    pub(super) loads: u32,
    /// Whether the roots come in batches, which loads below inherit.
    pub(super) batching: bool,
}

/// How a statement is sent and its rows are used.
pub(super) struct Plan {
    /// The relationship path that causes it.
    pub(super) path: Option<Arc<str>>,
    /// Whether post-loads run for objects that were there before as well.
    pub(super) invoke_all: bool,
    /// How often the relationship it loads is still to be repeated below.
    pub(super) recursion: Recursion,
    /// The object that it reads again.
    pub(super) refreshed: Option<ObjectId>,
    /// Whether a lead object counts once, however many rows have it.
    pub(super) unique: bool,
}

impl Plan {
    pub(super) fn of(path: Option<Arc<str>>, invoke_all: bool) -> Plan {
        Plan { path, invoke_all, recursion: None, refreshed: None, unique: false }
    }
}

/// What a statement brought.
#[derive(Default)]
pub(super) struct Found {
    /// The lead object of each row that has one; each object once where that was wanted.
    pub(super) objects: Vec<ObjectId>,
    /// The keys by which these rows are handed to their parents, where they are.
    keys: Vec<Key>,
}

impl Found {
    /// The lead object of each row with the key by which the row is handed to its parent.
    pub(super) fn keyed(self) -> impl Iterator<Item = (Key, ObjectId)> {
        self.keys.into_iter().zip(self.objects)
    }
}

impl Session {
    pub(super) fn new(program: Arc<Program>, cache: Arc<StatementCache>, port: Port) -> Session {
        Session {
            graph: Graph::new(program.places.clone()),
            program,
            cache,
            port,
            phase: Phase::Load,
            reading: None,
            held: Vec::new(),
            loads: 0,
            batching: false,
        }
    }

    /// The whole request.
    pub(super) async fn run(mut self) -> Loaded {
        let mut roots = None;
        let error = self.request(&mut roots).await.err();
        // No object follows, but a response does, and it will want memory.
        self.graph.shrink();
        Loaded { graph: self.graph, roots, error }
    }

    async fn request(&mut self, roots: &mut Option<Vec<ObjectId>>) -> Result<(), OrmError> {
        let program = self.program.clone();
        for plan in &program.before {
            self.phase = Phase::Before;
            let objects = self.load_root(plan).await?;
            self.drop_loose(&objects);
            self.walk(plan.node, &objects, WalkIo::Allowed).await?;
            if program.hold {
                self.held.extend(objects);
            }
            self.graph.sweep(&self.held);
        }
        self.phase = Phase::Load;
        if program.main.mode == Mode::StreamDrop && !program.main.buffered {
            return self.stream(&program.main, roots).await;
        }
        let objects = self.load_root(&program.main).await?;
        self.drop_loose(&objects);
        *roots = Some(objects.clone());
        if !program.walks {
            return Ok(());
        }
        self.between(&objects).await;
        self.phase = Phase::Walk;
        self.walk(program.main.node, &objects, program.walk_io).await
    }

    /// Drops what was loaded and is referred to by nobody, if there may be such objects.
    pub(super) fn drop_loose(&mut self, roots: &[ObjectId]) {
        if std::mem::take(&mut self.graph.loose) {
            let held: Vec<ObjectId> = self.held.iter().chain(roots).copied().collect();
            self.graph.sweep(&held);
        }
    }

    /// Drops those of the objects built after so many others that nothing refers to, where a statement with the options of
    /// this node has found several for one that is wanted. These objects, `known` to refer to them or to be referred to, stay.
    pub(super) fn drop_unreferred(
        &mut self,
        before: usize,
        node: Option<NodeId>,
        known: impl IntoIterator<Item = ObjectId>,
    ) {
        let program = self.program.clone();
        let new: Vec<ObjectId> = self.graph.since(before).collect();
        let mut referring: Vec<ObjectId> = known.into_iter().collect();
        referring.retain(|id| !self.graph.is_forgotten(*id));
        // Only what is loaded below can have given a new object to one that was there before.
        let below = |node: NodeId| !program.node(node).children.is_empty() || program.node(node).recursion.is_some();
        if node.is_some_and(below) {
            referring.extend(self.graph.since(0).take(before).filter(|id| !self.graph.is_forgotten(*id)));
        }
        self.graph.forget(&program.mapping, &new, referring);
    }

    /// What the plan does between loading and reading.
    async fn between(&mut self, roots: &[ObjectId]) {
        let between = self.program.between;
        if between.commit {
            self.port.say(Step::Commit).await;
        }
        if between.expire {
            let held: Vec<ObjectId> = self.held.iter().chain(roots).copied().collect();
            self.graph.expire(&held);
        }
        if between.close {
            self.port.say(Step::Close).await;
        }
    }

    async fn load_root(&mut self, plan: &RootPlan) -> Result<Vec<ObjectId>, OrmError> {
        if plan.mode == Mode::Get
            && let Some(object) = self.held(plan)
        {
            // The identity map answers, and the options are ignored.
            return Ok(vec![object]);
        }
        let compiled = self.compiled_root(plan);
        self.fetch_root(plan, &compiled).await
    }

    pub(super) fn compiled_root(&self, plan: &RootPlan) -> Arc<Compiled> {
        let key = StatementKey::Root(plan.node);
        self.cache.get_or_compile(self.program.dialect, key, || root::compile(&self.program, plan))
    }

    async fn fetch_root(&mut self, plan: &RootPlan, compiled: &Arc<Compiled>) -> Result<Vec<ObjectId>, OrmError> {
        if let Some(batch) = plan.batch {
            return self.fetch_in_batches(plan, compiled, batch).await;
        }
        // Without `.unique()` a root is returned as often as it is in the rows.
        let unique = plan.mode == Mode::Get || (plan.repeats_roots && plan.unique);
        let how = Plan { unique, ..Plan::of(None, true) };
        if plan.async_batches && plan.needs_all_rows {
            self.ask(compiled, root::params(self.program.dialect, plan), &how, Fetch::Nothing).await;
            return Err(self.needs_all_rows());
        }
        let executed_only = matches!(plan.mode, Mode::ExecuteOnly | Mode::StreamExecuteOnly);
        if executed_only && !plan.buffered {
            let fetch = if plan.mode == Mode::ExecuteOnly { self.program.executed() } else { Fetch::Nothing };
            self.ask(compiled, root::params(self.program.dialect, plan), &how, fetch).await;
            return if compiled.lead.lacks_keys() { Err(self.lacks_keys(&how)) } else { Ok(Vec::new()) };
        }
        let found = self.load(compiled.clone(), root::params(self.program.dialect, plan), how, Queue::Own).await?;
        if plan.async_batches {
            let message = "`AsyncSession.execute()` cannot read in batches; use `stream`";
            return Err(self.error(OrmErrorType::AsyncMethodRequired, message));
        }
        let mut objects = found.objects;
        match plan.mode {
            // Only what looks at more than one row notices.
            Mode::First => objects.truncate(1),
            Mode::One => {
                self.check_unique(plan, &objects)?;
                self.check_one(&objects)?;
            }
            Mode::ExecuteOnly | Mode::StreamExecuteOnly => objects.clear(),
            Mode::List | Mode::Stream | Mode::StreamDrop => self.check_unique(plan, &objects)?,
            Mode::Get => {}
        }
        if plan.mode == Mode::First {
            // The other rows' objects are not held by anyone.
            let held: Vec<ObjectId> = self.held.iter().chain(&objects).copied().collect();
            self.graph.sweep(&held);
        }
        Ok(objects)
    }

    pub(super) fn check_one(&self, objects: &[ObjectId]) -> Result<(), OrmError> {
        match objects.len() {
            0 => Err(self.error(OrmErrorType::NoResultFound, "mode `one` wants exactly one row and found none")),
            1 => Ok(()),
            _ => {
                let message = "mode `one` wants exactly one row and found several";
                Err(self.error(OrmErrorType::MultipleResultsFound, message))
            }
        }
    }

    pub(super) fn needs_all_rows(&self) -> OrmError {
        let message =
            "`yield_per` reads rows in batches, which a joined collection or a subquery load cannot; use `selectin`";
        self.error(OrmErrorType::InvalidRequestError, message)
    }

    /// A missing `.unique()` shows with the first row.
    pub(super) fn check_unique(&self, plan: &RootPlan, objects: &[ObjectId]) -> Result<(), OrmError> {
        if plan.unique || !plan.repeats_roots || objects.is_empty() {
            return Ok(());
        }
        let message = "a joined collection repeats its parents, so the result must be made unique with `.unique()`";
        Err(self.error(OrmErrorType::InvalidRequestError, message))
    }

    /// Whether loads have gone round in a circle: no path through so many objects and options is longer. SQLAlchemy
    /// would go on for ever; this says so instead.
    pub(super) fn check_end(&self, rounds: usize, node: NodeId) -> Result<(), OrmError> {
        let repeats = self.program.nodes.iter().filter_map(|node| usize::try_from(node.recursion?).ok());
        if rounds <= self.graph.len() + self.program.nodes.len() + repeats.sum::<usize>() {
            return Ok(());
        }
        Err(OrmError {
            path: Some(self.program.node(node).path.to_string()),
            ..self.error(
                OrmErrorType::RecursionError,
                "these loads bring about each other without end, as SQLAlchemy's would; limit the `recursion_depth`, or \
                 use another strategy than `subquery` here",
            )
        })
    }

    /// A subquery load below needs columns that a `load_only` leaves out.
    pub(super) fn lacks_keys(&self, plan: &Plan) -> OrmError {
        let message = "a `subquery` load needs its key columns, which `columns` leaves out; name them there";
        let path = plan.path.as_ref().filter(|_| self.phase == Phase::Walk).map(ToString::to_string);
        OrmError { path, ..self.error(OrmErrorType::NoSuchColumnError, message) }
    }

    /// The object that `session.get` finds without a statement.
    fn held(&self, plan: &RootPlan) -> Option<ObjectId> {
        let key = root::params(self.program.dialect, plan);
        self.graph.find(self.program.node(plan.node).entity, &Key::new(key.iter().map(Value::as_ref)))
    }

    fn error(&self, type_name: OrmErrorType, message: &str) -> OrmError {
        OrmError { type_name, phase: self.phase, path: None, message: message.to_owned() }
    }

    pub(super) async fn ask(&mut self, compiled: &Compiled, params: Vec<Value>, plan: &Plan, fetch: Fetch) -> Rows {
        self.port
            .ask(Step::Query(Request {
                sql: compiled.sql.clone(),
                params,
                kinds: compiled.kinds.clone(),
                fetch,
                phase: self.phase,
                path: plan.path.clone(),
                objects_before: u32::try_from(self.graph.len()).unwrap_or(u32::MAX),
            }))
            .await
    }

    /// Sends a statement for a single value.
    pub(super) async fn first_value(&mut self, compiled: &Compiled, params: Vec<Value>, plan: &Plan) -> Option<Value> {
        let rows = self.ask(compiled, params, plan, Fetch::All).await;
        (!rows.is_empty()).then(|| rows.row(0).get(0).to_value())
    }

    /// Sends a statement, builds its objects and runs what they need.
    pub(super) async fn load(
        &mut self,
        compiled: Arc<Compiled>,
        params: Vec<Value>,
        plan: Plan,
        queue: Queue<'_>,
    ) -> Result<Found, OrmError> {
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
    ) -> Pin<Box<dyn Future<Output = Result<Found, OrmError>> + Send + 'a>> {
        Box::pin(async move {
            let enclosing = enclosing.unwrap_or_else(|| {
                // Parameters are only kept where a subquery load is going to send them again.
                let kept = if compiled.lead.has_subquery() { params.clone() } else { Vec::new() };
                Enclosing { params: kept.into() }
            });
            if compiled.lead.lacks_keys() {
                let fetch = match (self.batching, self.program.asynchronous) {
                    (true, _) => Fetch::Batch(1),
                    (false, true) => Fetch::All,
                    (false, false) => self.program.executed(),
                };
                self.ask(&compiled, params, &plan, fetch).await;
                return Err(self.lacks_keys(&plan));
            }
            match queue {
                Queue::Own => {
                    let mut posts = PostLoads::default();
                    let found = self.build(&compiled, params, &plan, &mut posts, true, &enclosing).await?;
                    self.run_post_loads(&mut posts).await?;
                    Ok(found)
                }
                Queue::Enclosing(posts) => self.build(&compiled, params, &plan, posts, false, &enclosing).await,
            }
        })
    }

    async fn build(
        &mut self,
        compiled: &Arc<Compiled>,
        params: Vec<Value>,
        plan: &Plan,
        posts: &mut PostLoads,
        own: bool,
        enclosing: &Enclosing,
    ) -> Result<Found, OrmError> {
        let mut rows = self.ask(compiled, params, plan, Fetch::Batch(ROWS_AT_A_TIME)).await;
        let program = self.program.clone();
        self.loads += 1;
        if let Some(object) = plan.refreshed {
            self.graph.renew(object, self.loads, compiled.lead.node);
        }
        posts.register(&program, compiled, plan.recursion, plan.refreshed.is_some());
        let mut hydration = Hydration::new(&program.mapping, compiled, self.loads, plan);
        let mut found = Found::default();
        let mut built = Ok(());
        loop {
            if built.is_ok() {
                built = self.build_rows(&mut hydration, &rows, &mut found, posts, own, enclosing).await;
            }
            let ended = rows.len() < ROWS_AT_A_TIME as usize;
            self.port.give_back(rows);
            if ended {
                return built.map(|()| found);
            }
            // All rows are fetched, whatever comes of the first.
            rows = self.port.ask(Step::Fetch(ROWS_AT_A_TIME)).await;
        }
    }

    pub(super) async fn build_rows(
        &mut self,
        hydration: &mut Hydration<'_>,
        rows: &Rows,
        found: &mut Found,
        posts: &mut PostLoads,
        own: bool,
        enclosing: &Enclosing,
    ) -> Result<(), OrmError> {
        for index in 0..rows.len() {
            if index % ROWS_BETWEEN_PAUSES == ROWS_BETWEEN_PAUSES - 1 {
                self.port.say(Step::Pause).await;
            }
            let row = rows.row(index);
            let object = loop {
                match hydration.lead_row(&mut self.graph, posts, row) {
                    Ok(object) => break object,
                    Err(NeedsSubquery(node)) => {
                        let queue = if own { Queue::Own } else { Queue::Enclosing(&mut *posts) };
                        let within = hydration.compiled().clone();
                        let assembled = self.subquery(node, &within, enclosing, queue).await?;
                        hydration.subqueries.insert(node, assembled);
                    }
                }
            };
            let Some(object) = object.filter(|object| hydration.counts(*object)) else { continue };
            found.objects.push(object);
            if !hydration.compiled().key.is_empty() {
                found.keys.push(row.key(&hydration.compiled().key));
            }
        }
        Ok(())
    }
}
