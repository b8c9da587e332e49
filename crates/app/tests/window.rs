//! The application as the window drives it, without a window.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_app::wire::{
    DrawRequest, ErrorCode, ExperimentDoc, Figure, FigureRequest, FileView, ReadDoc, RunEvent, SourceView, SweepDoc,
    ThemeChoice, TraceRequest, TraceView, WireAxis, WireError, WireStrategy, WireTenants,
};
use fetchscope_app::{App, Paths, reports};
use fetchscope_drivers::sqlite::create_from_script;

const XS: &str = "sample:citizenapp?size=xs";

struct Bench {
    folder: tempfile::TempDir,
    app: App,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let app = App::new(Paths::under(folder.path()));
        Bench { folder, app }
    }

    fn open(&self) -> SourceView {
        self.app.open_source(XS, &mut |_| {}).unwrap()
    }

    fn trace(&self, experiment: &ExperimentDoc, variant: &str) -> Result<TraceView, WireError> {
        self.app.trace(&TraceRequest { experiment: experiment.clone(), variant: variant.to_owned() })
    }
}

fn small(mut experiment: ExperimentDoc) -> ExperimentDoc {
    experiment.workload.concurrency = 2;
    experiment.workload.requests = Some(6);
    experiment.workload.rounds = 2;
    experiment.workload.warmup = 1;
    experiment
}

#[test]
fn the_first_experiment_is_the_articles_benchmark() {
    let bench = Bench::new();
    let start = bench.app.start().unwrap();
    assert!(start.samples.iter().any(|sample| sample.source == "sample:citizenapp?size=s"));
    let view = bench.app.open_source("sample:citizenapp?size=s", &mut |_| {}).unwrap();
    let experiment = &view.experiment;
    assert_eq!((experiment.workload.concurrency, experiment.workload.requests), (50, Some(1000)));
    assert_eq!(
        (experiment.conditions.rtt_ms, experiment.workload.pool_size, experiment.workload.pool_overflow),
        (1.0, 5, 10)
    );
    let queries: Vec<f64> =
        experiment.variants.iter().map(|one| bench.trace(experiment, &one.id).unwrap().query_count.value).collect();
    assert_eq!(queries, [111.0, 1.0, 3.0, 3.0, 2.0, 3.0, 1.0]);
}

#[test]
fn a_toggle_says_what_changed() {
    let bench = Bench::new();
    let mut experiment = bench.open().experiment;
    let first = bench.trace(&experiment, "v1").unwrap();
    assert_eq!((first.delta.as_deref(), first.query_count.value), (None, 8.0));
    experiment.variants[0].strategies.insert("organization".into(), WireStrategy::Joined);
    let second = bench.trace(&experiment, "v1").unwrap();
    assert_eq!(second.delta.as_deref(), Some("−5 statements, −5 rows"));
    let changed = |index: usize| second.shapes[second.statements[index].shape as usize].changed;
    assert!(changed(0) && !changed(1));
    assert_eq!(first.hash, second.hash);
}

#[test]
fn statements_come_page_by_page_and_put_together() {
    let bench = Bench::new();
    let view = bench.app.open_source("sample:citizenapp?size=s", &mut |_| {}).unwrap();
    let mut experiment = view.experiment;
    let read = |name: &str| ReadDoc { name: name.into(), accessed: true, relationships: Vec::new() };
    experiment.endpoint.relationships = vec![read("roles"), read("organization")];
    let trace = bench.trace(&experiment, "v1").unwrap();
    assert_eq!((trace.query_count.value, trace.statements.len(), trace.statements_left_out), (1101.0, 500, 601));
    let times: Vec<u32> = trace.shapes.iter().map(|shape| shape.times).collect();
    assert_eq!(times, [1, 1000, 100]);
    assert_eq!(trace.shapes.iter().map(|shape| shape.rows.value).sum::<f64>(), trace.row_count.value);
    let page = bench.app.statements("v1", trace.serial, 501, 500).unwrap();
    assert_eq!((page.len(), page[0].n, page[499].n), (500, 501, 1000));
    let last = bench.app.statements("v1", trace.serial, 1001, 500).unwrap();
    assert_eq!((last.len(), last[100].n), (101, 1101));
    assert!(last[100].so_far.starts_with(&format!("{} rows, ", trace.row_count.text)), "{}", last[100].so_far);
    // What the session holds grows with each statement, up to what it has at the end.
    let all: Vec<u32> = trace.held.iter().map(|class| class.objects).collect();
    assert_eq!(trace.statements[0].held, [1000, 0, 0]);
    assert_eq!(last[100].held, all);
    assert!(page.windows(2).all(|two| two[0].held.iter().zip(&two[1].held).all(|(before, after)| before <= after)));
    let classes: Vec<(&str, u32)> = trace.held.iter().map(|class| (class.entity.as_str(), class.objects)).collect();
    assert!(classes.starts_with(&[("User", 1000)]) && classes.contains(&("Organization", 100)), "{classes:?}");
    assert!(last.iter().all(|one| one.start_ns <= trace.span_ns));
    bench.trace(&experiment, "v1").unwrap();
    let gone = bench.app.statements("v1", trace.serial, 501, 500).unwrap_err();
    assert!(gone.message.contains("nother request"), "{}", gone.message);
}

#[test]
fn what_a_request_costs_is_known_before_it_is_sent() {
    let bench = Bench::new();
    let mut experiment = bench.open().experiment;
    let predicted = |experiment: &ExperimentDoc| {
        let request = TraceRequest { experiment: experiment.clone(), variant: "v1".to_owned() };
        bench.app.predict(&request).unwrap().unwrap()
    };
    let lazy = predicted(&experiment);
    assert_eq!(lazy.formula, "1 + 5 distinct organizations + 2 distinct tenants = 8");
    assert_eq!((lazy.statements.value, lazy.rows.value, lazy.exact), (8.0, 57.0, true));
    let shares = lazy.terms.iter().map(|term| (term.path.as_str(), term.share.as_str())).collect::<Vec<_>>();
    assert_eq!(shares, [("organization", "+5"), ("organization.tenant", "+2")]);
    for strategy in [WireStrategy::Joined, WireStrategy::Selectin, WireStrategy::Bulk, WireStrategy::JsonAgg] {
        experiment.variants[0].strategies.insert("organization".into(), strategy);
        let (predicted, measured) = (predicted(&experiment), bench.trace(&experiment, "v1").unwrap());
        assert!(predicted.exact);
        assert_eq!((predicted.statements, predicted.rows), (measured.query_count, measured.row_count));
    }
}

#[test]
fn a_sample_says_how_far_it_is_and_can_be_stopped() {
    let bench = Bench::new();
    let mut seen = Vec::new();
    let stop = bench.app.open_source("sample:citizenapp?size=m", &mut |progress| {
        seen.push(progress);
        bench.app.cancel_open();
    });
    assert_eq!(stop.unwrap_err().code, ErrorCode::Cancelled);
    assert!(seen[0].what.starts_with("Writing ") && seen[0].total > 100_000.0, "{seen:?}");
    assert_eq!(std::fs::read_dir(bench.folder.path().join("samples")).unwrap().count(), 0);
    assert!(bench.app.open_source(XS, &mut |_| {}).is_ok());
}

#[test]
fn presets_choose_for_every_path() {
    let bench = Bench::new();
    let mut experiment = bench.open().experiment;
    experiment.endpoint.relationships.push(ReadDoc { name: "roles".into(), accessed: true, relationships: Vec::new() });
    let advice = bench.app.apply_preset(&experiment, "v1", "advice").unwrap();
    let chosen: Vec<_> = advice.strategies.iter().map(|(path, strategy)| (path.as_str(), *strategy)).collect();
    assert_eq!(
        chosen,
        [
            ("organization", WireStrategy::Joined),
            ("organization.tenant", WireStrategy::Joined),
            ("roles", WireStrategy::Selectin)
        ]
    );
}

#[test]
fn a_run_that_goes_on_shows_its_charts() {
    let bench = Bench::new();
    let mut experiment = small(bench.open().experiment);
    experiment.workload.requests = Some(80);
    experiment.workload.rounds = 20;
    experiment.conditions.rtt_ms = 8.0;
    let mut drawn = Vec::new();
    let view = bench.app.run(&experiment, &mut |event| {
        if let RunEvent::Charts { run } = event {
            let request = DrawRequest { run, theme: ThemeChoice::Light, width: 520, height: 220 };
            drawn.push(bench.app.draw(&request).unwrap());
        }
    });
    let view = view.unwrap();
    assert!(!drawn.is_empty());
    for pair in &drawn {
        assert_eq!(pair.latency.marks.len(), experiment.variants.len());
        assert_eq!(pair.latency.marks[0].variant, experiment.variants[0].id);
    }
    // What it shows at the end is all of it.
    let request = DrawRequest { run: view.id, theme: ThemeChoice::Light, width: 520, height: 220 };
    let n = |pair: &fetchscope_app::wire::ChartPair| {
        let details = &pair.latency.marks[0].details;
        details.iter().find(|(name, _)| name == "n").map(|(_, n)| n.parse::<u32>().unwrap())
    };
    assert!(n(&drawn[0]) < Some(80) && n(&bench.app.draw(&request).unwrap()) == Some(80));
}

#[test]
fn a_run_is_drawn_and_exported() {
    let bench = Bench::new();
    let experiment = small(bench.open().experiment);
    let mut events = Vec::new();
    let run = bench.app.run(&experiment, &mut |event| events.push(event)).unwrap();
    assert!(run.agrees && run.ended_early.is_none(), "{}", run.agreement);
    assert_eq!(run.rows.iter().map(|row| row.letter.as_str()).collect::<String>(), "ABCDEFG");
    assert!(run.rows.iter().all(|row| row.n == 6 && row.p50.is_some()));
    assert!(events.iter().any(|event| matches!(event, RunEvent::Progress { done: 48, total: 48, .. })));
    let request = DrawRequest { run: run.id.clone(), theme: ThemeChoice::Dark, width: 500, height: 160 };
    let pair = bench.app.draw(&request).unwrap();
    for (chart, row) in pair.queries.marks.iter().chain(&pair.latency.marks).zip(run.rows.iter().cycle()) {
        assert_eq!(chart.variant, row.variant);
    }
    assert!(pair.latency.svg.starts_with("<svg"));
    for (_, endings) in reports::kinds() {
        let path = bench.folder.path().join(format!("report.{}", endings[0]));
        let written = bench.app.export_run(&run.id, &path).unwrap();
        assert_eq!(written.path, path.display().to_string());
        // What reproduces it stands in the file, or beside it where there is no room.
        let beside = path.with_file_name("report.csv-metadata.json");
        let carrier = if endings[0] == "csv" { beside } else { path };
        let again = reports::experiment(&std::fs::read(carrier).unwrap(), "it").unwrap();
        assert_eq!(again.variants.len(), 7);
    }
    let error = bench.app.export_run(&run.id, std::path::Path::new("report.docx")).unwrap_err();
    assert_eq!(error.code, ErrorCode::UnusableInput);
}

#[test]
fn a_variant_is_shown_as_code() {
    let bench = Bench::new();
    let experiment = bench.open().experiment;
    let variant = experiment.variants[1].id.clone();
    let pieces = bench.app.code(&TraceRequest { experiment, variant }).unwrap();
    assert!(pieces[0].exact && pieces[0].code.contains("joinedload(User.organization)"), "{}", pieces[0].code);
    assert!(pieces[1].code.contains("QUERIES = 1") && !pieces[2].exact);
}

#[test]
fn a_sweep_is_drawn_with_what_it_found() {
    let bench = Bench::new();
    let mut experiment = small(bench.open().experiment);
    experiment.variants.truncate(2);
    experiment.conditions.rtt_ms = 0.0;
    experiment.sweeps = vec![SweepDoc { over: WireAxis::RttMs, values: vec![2.0, 0.0] }];
    let mut events = Vec::new();
    let run = bench.app.run(&experiment, &mut |event| events.push(event)).unwrap();
    assert_eq!(run.figures, [Figure::Time, Figure::Frontier, Figure::RttMs]);
    let draw = |figure| {
        let request = FigureRequest { run: run.id.clone(), figure, theme: ThemeChoice::Light, width: 600, height: 240 };
        bench.app.draw_figure(&request)
    };
    let time = draw(Figure::Time).unwrap();
    assert_eq!((time.chart.marks.len(), time.rows.len(), time.head.len()), (2, 2, 9));
    let swept = draw(Figure::RttMs).unwrap();
    assert_eq!((swept.chart.marks.len(), swept.rows.len(), swept.head.len()), (4, 2, 2));
    assert!(swept.finding.ends_with('.') && swept.chart.marks[0].id == "rtt_ms:A:1", "{}", swept.finding);
    assert_eq!(draw(Figure::PageSize).unwrap_err().code, ErrorCode::UnusableInput);
    let mut shares = events.iter().filter_map(|event| match event {
        RunEvent::Progress { share, .. } => Some(*share),
        RunEvent::Preparing { .. } | RunEvent::Charts { .. } | RunEvent::Notice { .. } => None,
    });
    assert!(shares.by_ref().is_sorted() && shares.next().is_none());
    assert!(matches!(events.last(), Some(RunEvent::Progress { share: 1.0, part: Some(_), .. })), "{:?}", events.last());
}

#[test]
fn an_open_loop_over_every_tenant_says_so_and_compares_with_the_baseline() {
    let bench = Bench::new();
    let mut experiment = small(bench.open().experiment);
    experiment.workload.rate = Some(500.0);
    experiment.workload.tenants = WireTenants::RoundRobin;
    let run = bench.app.run(&experiment, &mut |_| {}).unwrap();
    assert!(run.remarks.iter().any(|remark| remark.text.starts_with("Open loop")), "{:?}", run.remarks);
    assert!(run.rows[0].comparison.is_none() && run.rows[1].comparison.is_some());
    assert!(run.rows.iter().all(|row| row.service.is_some() && row.p90.is_some()));
}

#[test]
fn bad_input_is_one_sentence_and_the_open_work_stays() {
    let bench = Bench::new();
    let experiment = bench.open().experiment;
    let refused = |error: WireError, words: &str| {
        assert_eq!(error.code, ErrorCode::UnusableInput);
        assert!(error.message.contains(words) && error.message.ends_with(['.', ')']), "{}", error.message);
    };
    let file = bench.folder.path().join("not.db");
    std::fs::write(&file, "a text file that is long enough to have a header").unwrap();
    refused(
        bench.app.open_source(&format!("sqlite:{}", file.display()), &mut |_| {}).unwrap_err(),
        "is not a SQLite database",
    );
    let mut none = experiment.clone();
    none.workload.concurrency = 0;
    refused(bench.app.run(&none, &mut |_| {}).unwrap_err(), "`workload.concurrency` is 0");
    let mut unknown = experiment.clone();
    unknown.endpoint.relationships[0].name = "orgs".into();
    refused(bench.trace(&unknown, "v1").unwrap_err(), "has no relationship `orgs`");
    let mut twice = experiment.clone();
    twice.variants[1].name = twice.variants[0].name.clone();
    refused(bench.app.run(&twice, &mut |_| {}).unwrap_err(), "variants are called");
    assert!(bench.trace(&experiment, "v1").is_ok());
}

#[test]
fn somebodys_file_opens_with_an_endpoint_for_each_table() {
    let bench = Bench::new();
    let path = bench.folder.path().join("theirs.db");
    create_from_script(
        &path,
        "CREATE TABLE team (id INTEGER PRIMARY KEY); CREATE TABLE loose (what TEXT);
         CREATE TABLE person (id INTEGER PRIMARY KEY, team_id INTEGER REFERENCES team(id));
         INSERT INTO team VALUES (7); INSERT INTO person VALUES (1, 7);",
    )
    .unwrap();
    let view = bench.app.open_source(&format!("sqlite:{}", path.display()), &mut |_| {}).unwrap();
    assert_eq!(
        view.endpoints.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(),
        ["List of person", "List of team"]
    );
    assert_eq!(view.notices.len(), 1);
    let trace = bench.trace(&view.experiment, &view.experiment.variants[0].id).unwrap();
    assert_eq!(trace.query_count.value, 2.0);
}

#[test]
fn an_empty_database_says_what_it_lacks() {
    let bench = Bench::new();
    let path = bench.folder.path().join("empty.db");
    create_from_script(&path, "CREATE TABLE loose (what TEXT)").unwrap();
    let error = bench.app.open_source(&format!("sqlite:{}", path.display()), &mut |_| {}).unwrap_err();
    assert!(error.message.contains("no table that can be loaded"), "{}", error.message);
}

#[test]
fn a_file_is_what_is_in_it() {
    let bench = Bench::new();
    let path = |name: &str| bench.folder.path().join(name);
    let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    create_from_script(&path("named.oddly"), "CREATE TABLE one (id INTEGER PRIMARY KEY)").unwrap();
    let database = bench.app.open_file(&path("named.oddly")).unwrap();
    assert!(
        matches!(database, FileView::Source { source } if source.starts_with("sqlite:/") && source.ends_with(".oddly"))
    );
    let experiment =
        "version = 1\nsource = \"sample:citizenapp?size=xs\"\n[endpoint]\nroot = \"User\"\n[variants.only]\n";
    write("work.toml", experiment);
    let FileView::Experiment { experiment: work } = bench.app.open_file(&path("work.toml")).unwrap() else {
        panic!("not an experiment")
    };
    assert_eq!((work.source.as_str(), work.variants[0].name.as_str()), (XS, "only"));

    let view = bench.app.run(&small(bench.open().experiment), &mut |_| {}).unwrap();
    bench.app.export_run(&view.id, &path("result.json")).unwrap();
    let FileView::Run { run } = bench.app.open_file(&path("result.json")).unwrap() else { panic!("not a run") };
    assert_eq!((run.sentence, run.rows), (view.sentence, view.rows));
    let listed = bench.app.list_history("opened").unwrap();
    assert_eq!((listed.len(), listed[0].id.as_str(), listed[0].name.as_str()), (1, run.id.as_str(), "result"));

    bench.app.export_run(&view.id, &path("report.pdf")).unwrap();
    let FileView::Experiment { experiment: again } = bench.app.open_file(&path("report.pdf")).unwrap() else {
        panic!("not an experiment")
    };
    assert_eq!(again.variants.len(), view.experiment.variants.len());

    let said = |name: &str| bench.app.open_file(&path(name)).unwrap_err().message;
    write("broken.toml", "version = ");
    write("other.json", "{\"version\": 1}");
    write("newer.json", "{\"version\": 9}");
    write("some.txt", "words");
    assert!(said("broken.toml").contains("broken.toml") && said("other.json").contains("is not the result of a run"));
    assert!(said("newer.json").contains("newer Fetchscope") && said("some.txt").contains("nothing that can be opened"));
    assert!(said("none.db").contains("could not be read"));
}
