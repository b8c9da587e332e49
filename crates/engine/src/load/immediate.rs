//! `immediate`: the statements of a lazy load, sent right after the rows that need them.

use super::postload::{PostLoads, Queue, Recursion};
use super::select::Lazily;
use super::session::Session;
use crate::graph::{ObjectId, Related};
use crate::plan::NodeId;
use crate::plan::document::Strategy;
use crate::trace::{OrmError, OrmErrorType, Phase};

impl Session {
    /// Loads a relationship of each of these objects, which stand at `place`, that has not got it.
    ///
    /// SQLAlchemy forgets to do so for a many-to-one below another `immediate` once two or more statements above have
    /// registered it (`times`): then only the identity map is asked, and the rest stays lazy.
    pub(super) async fn immediate(
        &mut self,
        (node, place): (NodeId, NodeId),
        times: u32,
        recursion: Recursion,
        objects: &[(ObjectId, bool)],
        posts: &mut PostLoads,
    ) -> Result<(), OrmError> {
        let program = self.program.clone();
        let Some((owner, relationship, of)) = program.relationship(node) else { return Ok(()) };
        let path = program.node(node).path.clone();
        let recurs = recursion.is_some() || program.node(node).recursion == Some(-1);
        // A recursive load stands where the relationship above it stands first.
        let above = program.node(node).parent.filter(|_| recurs);
        let options = match program.node(node).again.filter(|_| node == place) {
            Some(again) => Some(again),
            None => above.map_or(Some(node), |above| program.child(program.first_of_kind(above), relationship)),
        };
        let above = program.node(node).parent.map(|above| program.node(above)).filter(|above| above.parent.is_some());
        let above = above.map(|above| above.path.clone());
        // Each strategy counts its own rounds: what reads an object again only stands in for a `selectin` load.
        let counted = recursion.filter(|_| program.node(node).strategy == Strategy::Immediate);
        let conflict = self.conflict_below(node, recursion);
        for (object, _) in objects {
            if *self.graph.related(*object, relationship) != Related::Unloaded || self.graph.is_forgotten(*object) {
                continue;
            }
            self.reading = above.clone();
            self.provide(*object, &of.local).await?;
            let value = match self.without_sql(*object, owner, relationship) {
                Some(value) => {
                    if let Related::One(Some(target)) = value
                        && self.graph.is_expired(target)
                        && times == 1
                    {
                        self.refresh(target).await?;
                    }
                    value
                }
                None if times > 1 && of.targets_primary_key => continue,
                None => {
                    if let Some(conflict) = conflict {
                        return Err(conflict);
                    }
                    let loaded_with = self.graph.object(*object).options;
                    let options = options.and_then(|options| program.same_path(options, loaded_with));
                    let options = options.filter(|options| program.propagates(*options));
                    let how = Lazily { node: options, path: &path, recursion: counted };
                    self.lazy(*object, (owner, relationship), how, Queue::Enclosing(posts)).await?
                }
            };
            // Whatever the statement has put there itself.
            self.graph.set(*object, relationship, value, true);
        }
        self.reading = None;
        Ok(())
    }

    /// A recursive load takes its own option along, one round further down each time. SQLAlchemy does not take it beside
    /// another for the same relationship there.
    fn conflict_below(&self, node: NodeId, recursion: Recursion) -> Option<OrmError> {
        let (program, here) = (&self.program, self.program.node(node));
        let goes_on = here.recursion == Some(-1) || recursion.is_some_and(|(_, left)| left >= 0);
        if here.strategy != Strategy::Immediate || !goes_on {
            return None;
        }
        let below = program.node(program.child(node, here.relationship?.1)?);
        let same = below.strategy == here.strategy && below.recursion == here.recursion;
        if below.strategy == Strategy::Default || same {
            return None;
        }
        let message = format!(
            "`{}` is loaded by the `recursion_depth` above it and cannot have a strategy of its own; leave it out",
            below.path
        );
        let path = self.reading.as_ref().filter(|_| self.phase == Phase::Walk).map(ToString::to_string);
        Some(OrmError { type_name: OrmErrorType::InvalidRequestError, phase: self.phase, path, message })
    }
}
