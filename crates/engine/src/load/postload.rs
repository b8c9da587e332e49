//! Post-loads: `selectin` and `immediate` run after all rows of a statement are built, breadth first by path.

use super::compiled::Eager;
use super::session::Session;
use crate::graph::ObjectId;
use crate::plan::NodeId;
use crate::plan::document::Strategy;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

/// What is to be loaded after the rows, by the path of the owners.
#[derive(Debug, Default)]
pub(crate) struct PostLoads(IndexMap<NodeId, PostLoad, FxBuildHasher>);

#[derive(Debug, Default)]
pub(crate) struct PostLoad {
    objects: IndexSet<ObjectId, FxBuildHasher>,
    /// The relationships to load, and how many statements have asked for each.
    loaders: Vec<(NodeId, u32)>,
}

/// Whose post-loads the objects of a statement join.
pub(crate) enum Queue<'a> {
    /// Its own, which run when its rows are built.
    Own,
    /// Those of the statement it belongs to.
    Enclosing(&'a mut PostLoads),
}

impl PostLoads {
    /// Registers the post-loads of every place of a statement.
    pub(crate) fn register(&mut self, eager: &Eager) {
        if let (Some(node), false) = (eager.node, eager.post_loads.is_empty()) {
            let loaders = &mut self.0.entry(node).or_default().loaders;
            for child in &eager.post_loads {
                match loaders.iter_mut().find(|(known, _)| known == child) {
                    Some((_, times)) => *times += 1,
                    None => loaders.push((*child, 1)),
                }
            }
        }
        eager.joined.iter().for_each(|(_, _, kid)| self.register(kid));
    }

    /// Notes an object whose relationships are to be loaded.
    pub(crate) fn add(&mut self, eager: &Eager, object: ObjectId) {
        if eager.post_loads.is_empty() {
            return;
        }
        if let Some(post_load) = eager.node.and_then(|node| self.0.get_mut(&node)) {
            post_load.objects.insert(object);
        }
    }
}

impl Session {
    /// Runs post-loads until none is left; those that a round brings about run in the next.
    pub(super) async fn run_post_loads(&mut self, posts: &mut PostLoads) {
        while !posts.0.is_empty() {
            for (_, post_load) in std::mem::take(&mut posts.0) {
                if post_load.objects.is_empty() {
                    continue;
                }
                let objects: Vec<ObjectId> = post_load.objects.into_iter().collect();
                for (node, times) in post_load.loaders {
                    if self.program.node(node).strategy == Strategy::Immediate {
                        self.immediate(node, times, &objects, posts).await;
                    } else {
                        self.selectin(node, &objects, posts).await;
                    }
                }
            }
        }
    }
}
