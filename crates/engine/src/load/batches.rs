//! Rows that come in batches: `yield_per`, and roots that are streamed and dropped.

use super::compiled::Compiled;
use super::hydrate::Hydration;
use super::postload::PostLoads;
use super::root;
use super::session::{Found, Plan, Session};
use super::subquery::Enclosing;
use super::{Fetch, Rows, Step};
use crate::graph::ObjectId;
use crate::plan::document::Mode;
use crate::plan::{RootPlan, WalkIo};
use crate::trace::{OrmError, Phase};
use std::sync::Arc;

impl Session {
    /// `yield_per`: rows come, and post-loads run, so many at a time.
    pub(super) async fn fetch_in_batches(
        &mut self,
        plan: &RootPlan,
        compiled: &Arc<Compiled>,
        batch: u32,
    ) -> Result<Vec<ObjectId>, OrmError> {
        let mut objects = Vec::new();
        let mut batches = Batches::new(compiled.clone(), batch);
        self.begin_batches(plan, &mut batches).await?;
        if matches!(plan.mode, Mode::ExecuteOnly | Mode::StreamExecuteOnly) {
            return Ok(objects);
        }
        while let Some(mut posts) = self.next_batch(plan, &mut batches).await? {
            self.batching = true;
            let loaded = self.run_post_loads(&mut posts).await;
            self.batching = false;
            loaded?;
            objects.append(&mut batches.objects);
            let enough = match plan.mode {
                Mode::First => !objects.is_empty(),
                Mode::One => objects.len() > 1,
                Mode::List
                | Mode::Get
                | Mode::ExecuteOnly
                | Mode::Stream
                | Mode::StreamExecuteOnly
                | Mode::StreamDrop => false,
            };
            if enough {
                break;
            }
        }
        match plan.mode {
            Mode::First => objects.truncate(1),
            Mode::One => self.check_one(&objects)?,
            Mode::List | Mode::Get | Mode::ExecuteOnly | Mode::Stream | Mode::StreamExecuteOnly | Mode::StreamDrop => {}
        }
        if plan.mode == Mode::First {
            let held: Vec<ObjectId> = self.held.iter().chain(&objects).copied().collect();
            self.graph.sweep(&held);
        }
        Ok(objects)
    }

    /// Streams the roots, each dropped once it was read. A batch is held until the next one is built.
    pub(super) async fn stream(&mut self, plan: &RootPlan, roots: &mut Option<Vec<ObjectId>>) -> Result<(), OrmError> {
        let mut batches = Batches::new(self.compiled_root(plan), plan.batch.unwrap_or(u32::MAX));
        self.begin_batches(plan, &mut batches).await?;
        let read = roots.insert(Vec::new());
        loop {
            self.phase = Phase::Load;
            let Some(mut posts) = self.next_batch(plan, &mut batches).await? else { break };
            let objects = std::mem::take(&mut batches.objects);
            // While the post-loads run, the loop still holds the last root it was given.
            let holding = self.held.iter().chain(read.last()).chain(&objects).copied().collect::<Vec<_>>();
            self.graph.sweep(&holding);
            self.batching = plan.batch.is_some();
            let loaded = self.run_post_loads(&mut posts).await;
            self.batching = false;
            loaded?;
            self.check_unique(plan, &objects)?;
            let holding = self.held.iter().chain(&objects).copied().collect::<Vec<_>>();
            self.graph.sweep(&holding);
            self.phase = Phase::Walk;
            for object in objects {
                read.push(object);
                self.walk(plan.node, &[object], WalkIo::Allowed).await?;
            }
        }
        Ok(())
    }

    /// Sends a statement whose rows come in batches; some loads cannot work that way, and say so once it is sent.
    async fn begin_batches(&mut self, plan: &RootPlan, batches: &mut Batches) -> Result<(), OrmError> {
        let how = Plan::of(None, true);
        let executed_only = matches!(plan.mode, Mode::ExecuteOnly | Mode::StreamExecuteOnly);
        let lacks_keys = batches.compiled.lead.lacks_keys();
        let stops = (plan.needs_all_rows && plan.batch.is_some()) || executed_only || lacks_keys;
        let sent = if stops { 1 } else { batches.size };
        self.loads += 1;
        batches.load = self.loads;
        let fetch = if lacks_keys && plan.batch.is_none() { self.program.executed() } else { Fetch::Batch(sent) };
        batches.rows =
            Some(self.ask(&batches.compiled.clone(), root::params(self.program.dialect, plan), &how, fetch).await);
        if lacks_keys {
            return Err(self.lacks_keys(&how));
        }
        if plan.needs_all_rows && plan.batch.is_some() {
            return Err(self.needs_all_rows());
        }
        Ok(())
    }

    /// Builds the objects of the next batch; `None` after the last.
    async fn next_batch(&mut self, plan: &RootPlan, batches: &mut Batches) -> Result<Option<PostLoads>, OrmError> {
        let rows = match batches.rows.take() {
            Some(rows) => rows,
            None if batches.ended => return Ok(None),
            None => self.port.ask(Step::Fetch(batches.size)).await,
        };
        batches.ended = rows.len() < batches.size as usize;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut posts = PostLoads::default();
        let compiled = batches.compiled.clone();
        posts.register(&self.program, &compiled, None, false);
        let program = self.program.clone();
        let how = Plan { unique: plan.repeats_roots && plan.unique, ..Plan::of(None, true) };
        let mut hydration = Hydration::new(&program.mapping, &compiled, batches.load, &how);
        let enclosing = Enclosing { params: root::params(self.program.dialect, plan).into() };
        let mut found = Found::default();
        self.build_rows(&mut hydration, &rows, &mut found, &mut posts, true, &enclosing).await?;
        batches.objects = found.objects;
        Ok(Some(posts))
    }
}

/// A statement whose rows come in batches.
struct Batches {
    compiled: Arc<Compiled>,
    size: u32,
    /// Number of the load, the same for all of them.
    load: u32,
    /// The first batch, which comes with the statement.
    rows: Option<Rows>,
    ended: bool,
    /// The roots of the batch that was built last.
    objects: Vec<ObjectId>,
}

impl Batches {
    fn new(compiled: Arc<Compiled>, size: u32) -> Batches {
        Batches { compiled, size, load: 0, rows: None, ended: false, objects: Vec::new() }
    }
}
