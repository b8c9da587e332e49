//! How joined rows multiply.

use super::rehearsal::Rehearsal;
use crate::graph::ObjectId;
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};

impl Rehearsal<'_> {
    /// Rows of a statement that have this object at this place: the product over its joined relationships. None where an
    /// inner join finds nothing.
    pub(super) fn rows(&mut self, object: ObjectId, at: Option<NodeId>) -> u64 {
        let program = self.program;
        let Some(node) = at else { return 1 };
        if !program.node(node).children.iter().any(|child| program.node(*child).strategy.is_joined()) {
            return 1;
        }
        if let Some(known) = self.rows.get(&(node, object)) {
            return *known;
        }
        let mut rows: u64 = 1;
        for child in &program.node(node).children {
            if !program.node(*child).strategy.is_joined() {
                continue;
            }
            let found = self.surveyed(object, *child);
            let sum = found.into_iter().fold(0_u64, |sum, target| sum.saturating_add(self.rows(target, Some(*child))));
            rows = rows.saturating_mul(if is_inner(program, *child) { sum } else { sum.max(1) });
        }
        self.rows.insert((node, object), rows);
        rows
    }
}

/// Whether a join drops owners that have no target: below an outer join only where it is nested into that.
fn is_inner(program: &Program, node: NodeId) -> bool {
    match program.node(node).strategy {
        Strategy::JoinedInner => true,
        Strategy::JoinedInnerUnnested => {
            let above = std::iter::successors(program.node(node).parent, |above| program.node(*above).parent);
            let mut joins = above.map(|above| program.node(above).strategy).take_while(|above| above.rides_along());
            !joins.any(|above| above == Strategy::Joined)
        }
        Strategy::Default
        | Strategy::Select
        | Strategy::Joined
        | Strategy::Selectin
        | Strategy::Subquery
        | Strategy::Immediate
        | Strategy::Raise
        | Strategy::RaiseOnSql
        | Strategy::Noload
        | Strategy::ContainsEager
        | Strategy::Bulk
        | Strategy::JsonAgg => false,
    }
}
