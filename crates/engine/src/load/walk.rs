//! The walk: the response reads its relationships, depth first in the order of the plan, and what is not loaded yet
//! is loaded then.

use super::postload::Queue;
use super::select::Lazily;
use super::session::Session;
use crate::graph::{ObjectId, Related};
use crate::mapping::{ColumnId, EntityId, RelationshipId};
use crate::plan::document::{Mode, Strategy};
use crate::plan::{NodeId, WalkIo};
use crate::trace::{OrmError, OrmErrorType};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Where the walk stands on one level. The objects of the levels lie in one stack.
struct Level {
    next: usize,
    end: usize,
    node: NodeId,
    child: usize,
}

/// Which objects were read at which node. Reading one again finds everything there, and a plan that goes back and forth
/// between collections would find the same few objects along more paths than anyone can wait for.
#[derive(Default)]
struct Visited(FxHashMap<(NodeId, usize), u64>);

impl Visited {
    /// Whether this is the first time.
    fn first(&mut self, node: NodeId, object: ObjectId) -> bool {
        // Objects that are read one after the other mostly were built so: 64 of them share an entry.
        let bit = 1 << (object.index() % 64);
        let known = self.0.entry((node, object.index() / 64)).or_default();
        let first = *known & bit == 0;
        *known |= bit;
        first
    }
}

impl Session {
    /// Reads everything the response reads of these roots.
    pub(super) async fn walk(&mut self, node: NodeId, roots: &[ObjectId], io: WalkIo) -> Result<(), OrmError> {
        let program = self.program.clone();
        let mut objects = roots.to_vec();
        let mut visited = Visited::default();
        let mut levels = vec![Level { next: 0, end: objects.len(), node, child: 0 }];
        while let Some(level) = levels.last_mut() {
            if level.next == level.end {
                levels.pop();
                objects.truncate(levels.last().map_or(0, |level| level.end));
                continue;
            }
            let (object, at) = (objects[level.next], level.node);
            if level.child == 0 && self.graph.incomplete {
                self.read_columns(object, at, io).await?;
            }
            let Some(child) = program.node(at).children.get(level.child).copied() else {
                level.next += 1;
                level.child = 0;
                continue;
            };
            level.child += 1;
            if !program.node(child).accessed {
                continue;
            }
            let Some((owner, relationship, _)) = program.relationship(child) else { continue };
            if *self.graph.related(object, relationship) == Related::Unloaded {
                self.reading = Some(program.node(child).path.clone());
                let value = self.read(object, owner, relationship, &program.node(child).path, io).await?;
                self.graph.set(object, relationship, value, true);
                if self.program.main.mode != Mode::StreamDrop {
                    self.drop_loose(roots);
                }
            }
            if program.node(child).reads_below || self.graph.incomplete {
                let next = objects.len();
                let related = self.graph.related(object, relationship).objects();
                objects.extend(related.iter().filter(|one| visited.first(child, **one)));
                levels.push(Level { next, end: objects.len(), node: child, child: 0 });
            }
        }
        Ok(())
    }

    /// Reads the columns of an object, in the order of the table.
    async fn read_columns(&mut self, object: ObjectId, node: NodeId, io: WalkIo) -> Result<(), OrmError> {
        if self.graph.missing(object).is_none() {
            return Ok(());
        }
        let node = self.program.node(node);
        let path = node.path.clone();
        self.reading = node.parent.map(|_| path.clone());
        self.check_io(io, &path)?;
        let entity = node.entity;
        let columns: Vec<ColumnId> = self.program.mapping.entity(entity).column_ids().collect();
        self.provide(object, &columns).await
    }

    /// Reads a relationship that is not loaded. The options that count are those the object was loaded with.
    async fn read(
        &mut self,
        object: ObjectId,
        owner: EntityId,
        relationship: RelationshipId,
        path: &Arc<str>,
        io: WalkIo,
    ) -> Result<Related, OrmError> {
        let options = self.graph.object(object).options;
        let node = options.and_then(|options| self.program.child(options, relationship));
        let node = node.filter(|node| self.program.propagates(*node));
        let raises = self.graph.raises(object, relationship);
        if raises == Some(Strategy::Raise) {
            return Err(self.error_at(
                OrmErrorType::InvalidRequestError,
                path,
                "the strategy is `raise`: reading the relationship is an error; load it eagerly or do not read it",
            ));
        }
        if io == WalkIo::Detached {
            self.check_io(io, path)?;
        }
        if let Some(value) = self.without_sql(object, owner, relationship) {
            if let Related::One(Some(target)) = value
                && self.graph.is_expired(target)
            {
                self.check_io(io, path)?;
                self.refresh(target).await?;
            }
            return Ok(value);
        }
        if raises == Some(Strategy::RaiseOnSql) {
            return Err(self.error_at(
                OrmErrorType::InvalidRequestError,
                path,
                "the strategy is `raise_on_sql` and the identity map does not hold the target; load it eagerly",
            ));
        }
        self.check_io(io, path)?;
        let how = Lazily { node, path, recursion: None };
        self.lazy(object, (owner, relationship), how, Queue::Own).await
    }

    /// Whether a statement can be sent now.
    fn check_io(&self, io: WalkIo, path: &Arc<str>) -> Result<(), OrmError> {
        match io {
            WalkIo::Allowed => Ok(()),
            WalkIo::Detached => Err(self.error_at(
                OrmErrorType::DetachedInstanceError,
                path,
                "the session is closed, so nothing more can be loaded; load what is read before closing it",
            )),
            WalkIo::MissingGreenlet => Err(self.error_at(
                OrmErrorType::MissingGreenlet,
                path,
                "an async session cannot load lazily outside a greenlet; load eagerly, walk in run_sync, or keep objects \
                 over a commit with expire_on_commit off",
            )),
        }
    }

    fn error_at(&self, type_name: OrmErrorType, path: &Arc<str>, message: &str) -> OrmError {
        OrmError { type_name, phase: self.phase, path: Some(path.to_string()), message: message.to_owned() }
    }
}
