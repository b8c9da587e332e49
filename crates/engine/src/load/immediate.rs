//! `immediate`: the statements of a lazy load, sent right after the rows that need them.

use super::postload::{PostLoads, Queue, Recursion};
use super::select::Lazily;
use super::session::Session;
use crate::graph::{ObjectId, Related};
use crate::plan::NodeId;
use crate::trace::OrmError;

impl Session {
    /// Loads a relationship of each of these objects that has not got it.
    ///
    /// SQLAlchemy forgets to do so for a many-to-one below another `immediate` once two or more statements above have
    /// registered it (`times`): then only the identity map is asked, and the rest stays lazy.
    pub(super) async fn immediate(
        &mut self,
        node: NodeId,
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
        let options = above.map_or(Some(node), |above| program.child(program.first_of_kind(above), relationship));
        let above = program.node(node).parent.map(|above| program.node(above)).filter(|above| above.parent.is_some());
        let above = above.map(|above| above.path.clone());
        for (object, _) in objects {
            if *self.graph.related(*object, relationship) != Related::Unloaded {
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
                    let loaded_with = self.graph.object(*object).options;
                    let options = options.and_then(|options| program.same_path(options, loaded_with));
                    let options = options.filter(|options| program.propagates(*options));
                    let how = Lazily { node: options, path: &path, recursion };
                    self.lazy(*object, (owner, relationship), how, Queue::Enclosing(posts)).await?
                }
            };
            self.graph.set_unloaded(*object, relationship, value);
        }
        self.reading = None;
        Ok(())
    }
}
