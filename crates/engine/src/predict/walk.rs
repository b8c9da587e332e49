//! The walk of a rehearsal: the response reads its relationships, and what is not loaded yet is loaded then.

use super::rehearsal::{Ended, Rehearsal, may_send};
use crate::graph::ObjectId;
use crate::mapping::RelationshipId;
use crate::plan::document::Strategy;
use crate::plan::{NodeId, WalkIo};
use std::rc::Rc;

impl Rehearsal<'_> {
    /// Reads everything the response reads of these objects.
    pub(super) fn walk(&mut self, node: NodeId, objects: &[ObjectId]) -> Result<(), Ended> {
        let program = self.program;
        for object in objects {
            for child in &program.node(node).children {
                if !program.node(*child).accessed {
                    continue;
                }
                let Some((_, id, _)) = program.relationship(*child) else { continue };
                let value = match self.related.get(&(*object, id)) {
                    Some(value) => value.clone(),
                    None => {
                        let value = self.read(*object, *child, id)?;
                        self.related.insert((*object, id), value.clone());
                        value
                    }
                };
                if program.node(*child).reads_below {
                    // Whatever is below an object that was read before is loaded.
                    let new: Vec<ObjectId> =
                        value.iter().copied().filter(|one| self.walked.insert((*one, *child))).collect();
                    self.walk(*child, &new)?;
                }
            }
        }
        Ok(())
    }

    /// Reads a relationship that is not loaded, with the options the object was loaded with.
    fn read(&mut self, object: ObjectId, at: NodeId, id: RelationshipId) -> Result<Rc<[ObjectId]>, Ended> {
        let program = self.program;
        let Some((owner, _, _)) = program.relationship(at) else { return Ok(Rc::default()) };
        let held = self.held.get(&object);
        let options = held.and_then(|held| held.options).and_then(|options| program.child(options, id));
        let raises = held.and_then(|held| held.raises.iter().find(|(of, _)| *of == id)).map(|(_, strategy)| *strategy);
        if raises == Some(Strategy::Raise) || program.walk_io == WalkIo::Detached {
            return Err(self.ends(at));
        }
        if let Some(value) = self.without_sql(object, (owner, id)) {
            return Ok(value);
        }
        if raises == Some(Strategy::RaiseOnSql) || !may_send(program) {
            return Err(self.ends(at));
        }
        Ok(self.lazy(object, id, (options, at), None))
    }
}
