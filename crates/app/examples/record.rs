//! Records answers of the real application for the front end's tests: `cargo run -p fetchscope-app --example record`.
//!
//! Requests of its endpoint, and the default experiment with five of its variants and fewer requests, swept over two
//! circumstances.

use fetchscope_app::wire::{
    DrawRequest, ExperimentDoc, Figure, FigureRequest, RunEvent, SweepDoc, ThemeChoice, TraceRequest, WireAxis,
    WireError, WireStrategy,
};
use fetchscope_app::{App, Paths};
use serde_json::{Value, json};
use std::error::Error;
use std::path::Path;

const SOURCE: &str = "sample:citizenapp?size=s";

/// Sizes of one chart, in px.
const SIZES: [(u32, u32); 3] = [(292, 190), (443, 208), (523, 208)];

/// Events kept of a run.
const EVENTS: usize = 60;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let app = App::new(Paths::under(folder.path()));
    let start = app.start().map_err(said)?;
    let mut source = app.open_source(SOURCE, &mut |_| {}).map_err(said)?;
    source.experiment.variants.truncate(5);
    write("start", &start)?;
    write("source", &source)?;

    write("traces", &traces(&app, &source.experiment)?)?;

    let swept = |over| start.axes.iter().find(|one| one.axis == over).map(|one| one.values.clone());
    let sweep = |over| SweepDoc { over, values: swept(over).unwrap_or_default() };
    let mut experiment: ExperimentDoc = source.experiment.clone();
    experiment.workload.requests = Some(200);
    experiment.workload.concurrency = 10;
    experiment.sweeps = [WireAxis::Concurrency, WireAxis::RttMs].map(sweep).into();
    let mut events: Vec<RunEvent> = Vec::new();
    let view = app
        .run(&experiment, &mut |event| {
            // When charts follow a run depends on the machine.
            if !matches!(event, RunEvent::Charts { .. }) {
                events.push(event);
            }
        })
        .map_err(said)?;
    let (every, last) = (events.len().div_ceil(EVENTS), events.len().saturating_sub(1));
    let kept = events.iter().enumerate().filter(|(index, _)| index % every == 0 || *index == last);
    write("run", &json!({ "events": kept.map(|(_, event)| event).collect::<Vec<_>>(), "view": view }))?;

    let themes = [("light", ThemeChoice::Light), ("dark", ThemeChoice::Dark)];
    let (mut charts, mut figures) = (json!({}), json!({}));
    for (name, theme) in themes {
        let mut pairs = Vec::new();
        for (width, height) in SIZES {
            let run = view.id.clone();
            pairs.push(app.draw(&DrawRequest { run, theme, width, height }).map_err(said)?);
        }
        charts[name] = serde_json::to_value(pairs)?;
        figures[name] = drawn(&app, &view.id, &view.figures, theme).map_err(said)?;
    }
    experiment.sweeps.clear();
    experiment.workload.requests = Some(100);
    let again = app.run(&experiment, &mut |_| {}).map_err(said)?;
    app.tag_run(&view.id, &["recorded".to_owned()]).map_err(said)?;
    let entries = app.list_history("").map_err(said)?;
    let between = app.compare_runs(&view.id, &again.id).map_err(said)?;
    let mut lessons = app.lessons().map_err(said)?;
    lessons.folder = "lessons".to_owned();
    let reveal = app.run_lesson("c2", &mut |_| {}).map_err(said)?;
    write("lessons", &json!({ "all": lessons, "reveal": reveal }))?;
    write("history", &json!({ "entries": entries, "between": between }))?;
    write("charts", &charts)?;
    write("figures", &figures)
}

/// One request for each pair of strategies of the endpoint's two relationships, and one that raises.
fn traces(app: &App, experiment: &ExperimentDoc) -> Result<Vec<Value>, Box<dyn Error>> {
    use WireStrategy::{Joined, Raise, Select, Selectin, Subquery};
    let usual = [Select, Joined, Selectin, Subquery];
    let pairs = usual.into_iter().flat_map(|outer| usual.map(|inner| (outer, inner)));
    let mut all = Vec::new();
    for (number, (outer, inner)) in pairs.chain([(Raise, Select)]).enumerate() {
        let strategies = [("organization".to_owned(), outer), ("organization.tenant".to_owned(), inner)];
        let mut experiment = experiment.clone();
        // A variant of its own: the first request of one has nothing to be compared with.
        let variant = format!("recorded-{number}");
        experiment.variants[0].id.clone_from(&variant);
        experiment.variants[0].strategies = strategies.into();
        let view = app.trace(&TraceRequest { experiment: experiment.clone(), variant }).map_err(said)?;
        all.push(json!({ "strategies": experiment.variants[0].strategies, "unread": [], "view": view }));
    }
    Ok(all)
}

/// Every figure of a run, by its name.
fn drawn(app: &App, run: &str, figures: &[Figure], theme: ThemeChoice) -> Result<Value, WireError> {
    let mut all = json!({});
    for figure in figures {
        let request = FigureRequest { run: run.to_owned(), figure: *figure, theme, width: 900, height: 280 };
        all[json!(figure).as_str().unwrap_or_default()] = json!(app.draw_figure(&request)?);
    }
    Ok(all)
}

fn write(name: &str, answer: &impl serde::Serialize) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/host/recorded");
    let text = serde_json::to_string_pretty(answer)?;
    Ok(std::fs::write(folder.join(format!("{name}.json")), text + "\n")?)
}

fn said(error: WireError) -> String {
    error.message
}
