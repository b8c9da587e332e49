//! Post-loads: `selectin`, `immediate` and `bulk` run after all rows of a statement are built, breadth first by path.

use super::compiled::{Compiled, Eager};
use super::session::Session;
use crate::graph::ObjectId;
use crate::mapping::{EntityId, RelationshipId};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};
use crate::trace::OrmError;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// What is to be loaded after the rows, by the path of the owners.
#[derive(Debug, Default)]
pub(crate) struct PostLoads(IndexMap<NodeId, PostLoad, FxBuildHasher>);

#[derive(Debug, Default)]
pub(crate) struct PostLoad {
    /// What is to be loaded, and whether it is new, so that whatever it has got meanwhile is overwritten.
    objects: IndexMap<ObjectId, bool, FxBuildHasher>,
    loaders: Vec<Registered>,
}

/// A relationship to load.
#[derive(Debug, Clone, Copy)]
struct Registered {
    node: NodeId,
    /// Whether it is loaded as `immediate` does, whatever its strategy: the statement read an object again.
    immediate: bool,
    /// How many statements have asked for it.
    times: u32,
    /// How often a recursive load is still to repeat itself.
    depth: Option<i32>,
    /// The wildcard of the statement that asked for it.
    wildcard: Strategy,
}

/// How often the relationship that a statement loads is still to be repeated below.
pub(crate) type Recursion = Option<((EntityId, RelationshipId), i32)>;

/// Whose post-loads the objects of a statement join.
pub(crate) enum Queue<'a> {
    /// Its own, which run when its rows are built.
    Own,
    /// Those of the statement it belongs to.
    Enclosing(&'a mut PostLoads),
}

impl PostLoads {
    /// Registers the post-loads of every place of a statement.
    pub(crate) fn register(&mut self, program: &Program, compiled: &Compiled, recursion: Recursion, refresh: bool) {
        self.register_place(program, &compiled.lead, compiled.wildcard, (recursion, refresh));
    }

    fn register_place(
        &mut self,
        program: &Program,
        eager: &Eager,
        wildcard: Strategy,
        (recursion, refresh): (Recursion, bool),
    ) {
        for child in &eager.post_loads {
            let Some(place) = eager.node else { continue };
            let node = program.node(*child);
            let depth = node.recursion.map(|whole| match recursion {
                Some((of, left)) if Some(of) == node.relationship && whole >= 0 => left,
                _ => whole,
            });
            if node.recursion.is_some_and(|whole| whole >= 0) && depth.is_some_and(|depth| depth < 0) {
                continue;
            }
            let loaders = &mut self.0.entry(place).or_default().loaders;
            match loaders.iter_mut().find(|known| known.node == *child) {
                Some(known) => known.times += 1,
                None => {
                    let immediate = refresh || node.strategy == Strategy::Immediate;
                    loaders.push(Registered { node: *child, immediate, times: 1, depth, wildcard });
                }
            }
        }
        eager.joined.iter().for_each(|(_, _, kid)| self.register_place(program, kid, wildcard, (recursion, refresh)));
        eager.nested.iter().for_each(|kid| self.register_place(program, &kid.eager, wildcard, (recursion, refresh)));
    }

    /// Notes an object whose relationships are to be loaded.
    pub(crate) fn add(&mut self, eager: &Eager, object: ObjectId, fresh: bool) {
        if eager.post_loads.is_empty() {
            return;
        }
        if let Some(post_load) = eager.node.and_then(|node| self.0.get_mut(&node)) {
            post_load.objects.insert(object, fresh);
        }
    }
}

impl Session {
    /// Runs post-loads until none is left; those that a round brings about run in the next.
    pub(super) async fn run_post_loads(&mut self, posts: &mut PostLoads) -> Result<(), OrmError> {
        let mut rounds = 0;
        while !posts.0.is_empty() {
            rounds += 1;
            for (place, post_load) in std::mem::take(&mut posts.0) {
                if post_load.objects.is_empty() {
                    continue;
                }
                let objects: Vec<(ObjectId, bool)> = post_load.objects.into_iter().collect();
                for Registered { node, immediate, times, depth, wildcard } in post_load.loaders {
                    // Without end: a recursion over rows in a circle, or a subquery load that finds itself again.
                    self.check_end(rounds, node)?;
                    let recursion = self.below(node, depth);
                    if immediate {
                        self.immediate((node, place), times, recursion, &objects, posts).await?;
                    } else if self.program.node(node).strategy == Strategy::Bulk {
                        self.bulk(node, &objects, posts).await?;
                    } else {
                        self.selectin(node, (recursion, wildcard), &objects, posts).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What a statement of a recursive load passes on to the next.
    fn below(&self, node: NodeId, depth: Option<i32>) -> Recursion {
        let depth = depth.filter(|depth| *depth >= 0)?;
        Some((self.program.node(node).relationship?, depth - 1))
    }
}
