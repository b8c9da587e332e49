//! The walk: the response reads its relationships, depth first in the order of the plan, and what is not loaded yet
//! is loaded then.

use super::postload::Queue;
use super::session::Session;
use crate::graph::{ObjectId, Related};
use crate::mapping::{EntityId, RelationshipId};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, WalkIo};
use crate::trace::{OrmError, OrmErrorType};
use std::sync::Arc;

/// Where the walk stands on one level.
struct Level {
    objects: Vec<ObjectId>,
    object: usize,
    node: NodeId,
    child: usize,
}

impl Session {
    /// Reads everything the response reads of these roots.
    pub(super) async fn walk(&mut self, node: NodeId, roots: &[ObjectId], io: WalkIo) -> Result<(), OrmError> {
        let program = self.program.clone();
        let mut levels = vec![Level { objects: roots.to_vec(), object: 0, node, child: 0 }];
        while let Some(level) = levels.last_mut() {
            let Some(object) = level.objects.get(level.object).copied() else {
                levels.pop();
                continue;
            };
            let Some(child) = program.node(level.node).children.get(level.child).copied() else {
                level.object += 1;
                level.child = 0;
                continue;
            };
            level.child += 1;
            if !program.node(child).accessed {
                continue;
            }
            let Some((owner, relationship, _)) = program.relationship(child) else { continue };
            if *self.graph.related(object, relationship) == Related::Unloaded {
                let value = self.read(object, owner, relationship, &program.node(child).path, io).await?;
                self.graph.set_unloaded(object, relationship, value);
            }
            if program.node(child).reads_below {
                let objects = match self.graph.related(object, relationship) {
                    Related::Unloaded | Related::One(None) => Vec::new(),
                    Related::One(Some(target)) => vec![*target],
                    Related::Many(targets) => targets.clone(),
                };
                levels.push(Level { objects, object: 0, node: child, child: 0 });
            }
        }
        Ok(())
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
        let strategy = node.map_or(Strategy::Default, |node| self.program.node(node).strategy);
        let error = |type_name, message: &str| OrmError {
            type_name,
            phase: self.phase,
            path: Some(path.to_string()),
            message: message.to_owned(),
        };
        if strategy == Strategy::Raise {
            return Err(error(
                OrmErrorType::InvalidRequestError,
                "the strategy is `raise`: reading the relationship is an error; load it eagerly or do not read it",
            ));
        }
        if io == WalkIo::Detached {
            return Err(error(
                OrmErrorType::DetachedInstanceError,
                "the session is closed, so nothing more can be loaded; load the relationship before closing it",
            ));
        }
        if let Some(value) = self.without_sql(object, owner, relationship) {
            return Ok(value);
        }
        if strategy == Strategy::RaiseOnSql {
            return Err(error(
                OrmErrorType::InvalidRequestError,
                "the strategy is `raise_on_sql` and the identity map does not hold the target; load it eagerly",
            ));
        }
        if io == WalkIo::MissingGreenlet {
            return Err(error(
                OrmErrorType::MissingGreenlet,
                "an async session cannot load lazily outside a greenlet; load the relationship eagerly or walk in run_sync",
            ));
        }
        Ok(self.lazy(object, (owner, relationship), node, path, Queue::Own).await)
    }
}
