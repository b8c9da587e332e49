//! Progress on standard error, and Ctrl-C.

use anyhow::Result;
use fetchscope_datasets::{Progress, Step};
use fetchscope_experiment::event::Event;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that Ctrl-C sets: a run then ends with what it has measured. A second Ctrl-C ends the program.
pub(crate) fn cancel_on_interrupt() -> Result<Arc<AtomicBool>> {
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = cancel.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })?;
    Ok(cancel)
}

/// A bar for rows being generated; it shows only when there is something to wait for.
pub(crate) fn rows() -> impl FnMut(Progress<'_>) {
    let mut bar: Option<ProgressBar> = None;
    move |progress| {
        let bar =
            bar.get_or_insert_with(|| styled(progress.rows_total, "{wide_bar} {human_pos} of {human_len} rows, {msg}"));
        bar.set_position(progress.rows_done);
        match progress.step {
            Step::Rows { table, .. } => bar.set_message(table.to_owned()),
            Step::Indexes { table } => bar.set_message(format!("indexes of {table}")),
            Step::Saving => bar.finish_and_clear(),
        }
    }
}

/// A bar for a run.
pub(crate) fn events() -> impl FnMut(Event) {
    let mut bar: Option<ProgressBar> = None;
    move |event| match event {
        Event::Checking { variant } => {
            spinner(&mut bar).set_message(format!("checking the answer of {variant}"));
        }
        Event::WarmingUp { variant } => spinner(&mut bar).set_message(format!("warming up {variant}")),
        Event::Progress { done, total, round, rounds, variant } => {
            let bar = spinner(&mut bar);
            if let Some(total) = total {
                bar.set_length(total.into());
            }
            bar.set_position(done.into());
            bar.set_message(format!("round {round} of {rounds}, {variant}"));
            if total == Some(done) {
                bar.finish_and_clear();
            }
        }
        Event::Sweeping { over, value, point, points } => {
            let bar = spinner(&mut bar);
            bar.reset();
            bar.println(format!("{} {value}, {point} of {points}", over.title()));
        }
        Event::ChangingLane => {
            let bar = spinner(&mut bar);
            bar.reset();
            bar.println("and the same in SQLAlchemy");
        }
        Event::Note(note) => spinner(&mut bar).println(note),
        // Kept, not shown.
        Event::Found(_) => {}
    }
}

fn spinner(bar: &mut Option<ProgressBar>) -> &ProgressBar {
    bar.get_or_insert_with(|| styled(0, "{wide_bar} {pos} of {len} requests, {msg}"))
}

fn styled(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    // Only an invalid template is refused, and then the plain one does.
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
