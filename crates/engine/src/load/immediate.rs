//! `immediate`: the statements of a lazy load, sent right after the rows that need them.

use super::postload::{PostLoads, Queue};
use super::session::Session;
use crate::graph::{ObjectId, Related};
use crate::plan::NodeId;

impl Session {
    /// Loads a relationship of each of these objects that has not got it.
    ///
    /// SQLAlchemy forgets to do so for a many-to-one below another `immediate` once two or more statements above have
    /// registered it (`times`): then only the identity map is asked, and the rest stays lazy.
    pub(super) async fn immediate(&mut self, node: NodeId, times: u32, objects: &[ObjectId], posts: &mut PostLoads) {
        let program = self.program.clone();
        let Some((owner, relationship, _)) = program.relationship(node) else { return };
        let path = program.node(node).path.clone();
        for object in objects {
            if *self.graph.related(*object, relationship) != Related::Unloaded {
                continue;
            }
            let value = match self.without_sql(*object, owner, relationship) {
                Some(value) => value,
                None if times > 1 && self.is_many_to_one(owner, relationship) => continue,
                None => self.lazy(*object, (owner, relationship), Some(node), &path, Queue::Enclosing(posts)).await,
            };
            self.graph.set_unloaded(*object, relationship, value);
        }
    }
}
