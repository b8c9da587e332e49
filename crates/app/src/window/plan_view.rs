//! How a server ran a statement, as the window shows it.

use crate::wire::{PlanStepView, PlanView, Quantity};
use fetchscope_drivers::postgres::explain::{Explained, PlanStep};
use fetchscope_report::format;
use fetchscope_report::plan::{average, named, times};

/// Rows that came against rows that were expected, from which on the planner worked with a wrong picture of the data.
const MISJUDGED: f64 = 10.0;

/// The view of a plan.
pub(super) fn view(explained: &Explained) -> PlanView {
    let mut steps = Vec::new();
    add(&explained.root, 0, &mut steps);
    let counted = |number: u64| Quantity { value: number as f64, text: format::count(number) };
    PlanView { steps, times: times(explained), shard_tasks: explained.shard_tasks.map(counted) }
}

fn add(step: &PlanStep, depth: u32, steps: &mut Vec<PlanStepView>) {
    // Fewer than one row is not to be had, so that an expectation of one and an answer of none is no surprise.
    let (came, expected) = (step.rows.unwrap_or_default().max(1.0), step.expected_rows.max(1.0));
    steps.push(PlanStepView {
        depth,
        name: named(step),
        conditions: step.conditions.clone(),
        rows: step.rows.map_or_else(|| "never run".to_owned(), average),
        expected: average(step.expected_rows),
        loops: format::count(step.loops),
        time: step.time.map_or_else(|| "—".to_owned(), |time| format::duration(time.0 as f64)),
        blocks: format::count(step.buffers.hit + step.buffers.read),
        misjudged: step.rows.is_some() && (came / expected).max(expected / came) >= MISJUDGED,
    });
    step.children.iter().for_each(|child| add(child, depth + 1, steps));
}
