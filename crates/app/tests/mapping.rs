//! A mapping of one's own: what names relationships follows, and what does not hold is refused with the work untouched.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_app::wire::{
    ExperimentDoc, FileView, MappingEdit, RelationshipDoc, SourceView, TraceRequest, WireCardinality, WireStrategy,
};
use fetchscope_app::{App, Paths};
use fetchscope_drivers::sqlite::create_from_script;
use fetchscope_engine::mapping::document::MappingDocument;

const SHOP: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), reviewer INTEGER);
    CREATE TABLE marks (order_id INTEGER REFERENCES orders (id), customer_id INTEGER REFERENCES customers (id), note TEXT,
        PRIMARY KEY (order_id, customer_id));
    INSERT INTO customers VALUES (1, 'a'), (2, 'b'), (3, 'c');
    INSERT INTO orders VALUES (1, 1, 2), (2, 1, 3), (3, 2, 2);
    INSERT INTO marks VALUES (1, 1, 'x'), (1, 2, 'y'), (2, 3, 'z');";

struct Bench {
    folder: tempfile::TempDir,
    app: App,
    work: ExperimentDoc,
}

impl Bench {
    /// The shop, with a list of orders that reads their customer.
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        create_from_script(&path, SHOP).unwrap();
        let app = App::new(Paths::under(folder.path()));
        let view = app.open_source(&format!("sqlite:{}", path.display()), &mut |_| {}).unwrap();
        let orders = view.endpoints.iter().find(|one| one.endpoint.root == "orders").unwrap();
        let mut work = ExperimentDoc { endpoint: orders.endpoint.clone(), ..view.experiment.clone() };
        for variant in &mut work.variants {
            variant.strategies = [("customer".to_owned(), WireStrategy::Joined)].into_iter().collect();
        }
        Bench { folder, app, work }
    }

    fn queries(&self, work: &ExperimentDoc) -> u64 {
        let variant = work.variants[0].id.clone();
        self.app.trace(&TraceRequest { experiment: work.clone(), variant }).unwrap().query_count.value as u64
    }

    fn names(view: &SourceView, entity: &str) -> Vec<String> {
        let entity = view.entities.iter().find(|one| one.name == entity).unwrap();
        entity.relationships.iter().map(|one| one.name.clone()).collect()
    }
}

fn rename(to: &str) -> MappingEdit {
    MappingEdit::Rename { entity: "orders".into(), relationship: "customer".into(), name: to.into() }
}

fn reviewed_by(column: &str) -> MappingEdit {
    let relationship = RelationshipDoc {
        name: "reviewed_by".into(),
        kind: WireCardinality::ManyToOne,
        target: "customers".into(),
        secondary: None,
        pairs: vec![(column.into(), "id".into())],
        secondary_pairs: Vec::new(),
    };
    MappingEdit::Add { entity: "orders".into(), relationship }
}

fn filter(filter: serde_json::Value) -> indexmap::IndexMap<String, serde_json::Value> {
    serde_json::from_value(filter).unwrap()
}

#[test]
fn what_names_a_relationship_follows_its_new_name() {
    let bench = Bench::new();
    let mut work = bench.work.clone();
    work.endpoint.filter = filter(serde_json::json!({
        "join": ["customer"], "where": [["customer.name", "!=", "z"]], "order_by": ["-customer.name", "id"]
    }));
    work.workload.tenant_column = Some("customer.id".to_owned());
    assert_eq!(bench.queries(&work), 1);
    let renamed = bench.app.edit_mapping(&work, &rename("buyer")).unwrap();
    assert_eq!(renamed.endpoint.relationships[0].name, "buyer");
    assert_eq!(renamed.variants[0].strategies.keys().collect::<Vec<_>>(), ["buyer"]);
    assert_eq!(renamed.workload.tenant_column.as_deref(), Some("buyer.id"));
    assert_eq!(renamed.endpoint.filter["order_by"], serde_json::json!(["-buyer.name", "id"]));
    assert_eq!(bench.queries(&renamed), 1);
    let view = bench.app.view_source(&renamed).unwrap();
    assert!(Bench::names(&view, "orders").contains(&"buyer".to_owned()));
    // The way back.
    assert_eq!(bench.app.reset_mapping(&renamed).unwrap(), work);
}

#[test]
fn a_relationship_that_no_foreign_key_says_is_loaded() {
    let bench = Bench::new();
    let mut work = bench.app.edit_mapping(&bench.work, &reviewed_by("reviewer")).unwrap();
    let mut read = work.endpoint.relationships[0].clone();
    read.name = "reviewed_by".to_owned();
    work.endpoint.relationships.push(read);
    // The orders with their customer, and customer 3 for the second; customer 2 is there by then.
    work.variants[0].strategies.insert("reviewed_by".to_owned(), WireStrategy::Selectin);
    assert_eq!(bench.queries(&work), 2);
    let reset = bench.app.reset_mapping(&work).unwrap();
    assert_eq!(reset.endpoint.relationships.len(), 1);
    assert_eq!(reset.variants[0].strategies.len(), 1);

    let through = RelationshipDoc {
        name: "marked_by".into(),
        kind: WireCardinality::ManyToMany,
        target: "customers".into(),
        secondary: Some("marks".into()),
        pairs: vec![("id".into(), "order_id".into())],
        secondary_pairs: vec![("id".into(), "customer_id".into())],
    };
    let edit = MappingEdit::Add { entity: "orders".into(), relationship: through };
    let work = bench.app.edit_mapping(&work, &edit).unwrap();
    let view = bench.app.view_source(&work).unwrap();
    assert!(Bench::names(&view, "orders").contains(&"marked_by".to_owned()));
}

#[test]
fn what_does_not_hold_is_refused_in_words() {
    let bench = Bench::new();
    let refused = |work: &ExperimentDoc, edit: &MappingEdit| bench.app.edit_mapping(work, edit).unwrap_err().message;
    assert!(refused(&bench.work, &reviewed_by("gone")).contains("`gone`"));
    assert!(refused(&bench.work, &rename("reviewer")).contains("two attributes called `reviewer`"));
    let mut work = bench.work.clone();
    work.endpoint.filter = filter(serde_json::json!({ "has": [["customer.name", "==", "a"]] }));
    let drop = MappingEdit::Drop { entity: "orders".into(), relationship: "customer".into() };
    assert!(refused(&work, &drop).contains("`orders.customer` is needed by `customer.name`"));
    let dropped = bench.app.edit_mapping(&bench.work, &drop).unwrap();
    assert_eq!((dropped.endpoint.relationships.len(), dropped.variants[0].strategies.len()), (0, 0));
}

#[test]
fn the_exported_file_is_the_mapping_that_was_made() {
    let bench = Bench::new();
    let work = bench.app.edit_mapping(&bench.work, &rename("buyer")).unwrap();
    let path = bench.folder.path().join("mapping.json");
    bench.app.export_mapping(&work, &path).unwrap();
    let written: MappingDocument = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let orders = written.entities.iter().find(|one| one.name == "orders").unwrap();
    assert!(orders.relationships.iter().any(|one| one.name == "buyer"));
}

#[test]
fn a_file_explains_no_plans() {
    let bench = Bench::new();
    let request = TraceRequest { variant: bench.work.variants[0].id.clone(), experiment: bench.work.clone() };
    assert!(bench.app.explain(&request, 1).unwrap_err().message.contains("Only a PostgreSQL server"));
}

#[test]
fn an_experiment_is_seen_through_the_mapping_file_that_it_names() {
    let bench = Bench::new();
    let renamed = bench.app.edit_mapping(&bench.work, &rename("buyer")).unwrap();
    bench.app.export_mapping(&renamed, &bench.folder.path().join("shop.json")).unwrap();
    let text = format!(
        "version = 1\nsource = \"{}\"\nmapping = \"shop.json\"\n[endpoint]\nroot = \"orders\"\n\
         relationships = [{{ name = \"buyer\" }}]\n[variants.joined]\nbuyer = \"joined\"\n\
         [workload]\nrequests = 4\nrounds = 2\n",
        bench.work.source
    );
    let file = bench.folder.path().join("shop.toml");
    std::fs::write(&file, text).unwrap();
    let FileView::Experiment { experiment } = bench.app.open_file(&file).unwrap() else { panic!("another file") };
    assert_eq!(Bench::names(&bench.app.view_source(&experiment).unwrap(), "orders"), ["marks", "buyer"]);
    assert_eq!(bench.queries(&experiment), 1);
    assert_eq!(bench.app.run(&experiment, &mut |_| {}).unwrap().rows.len(), 1);
    let lost = ExperimentDoc { mapping_file: Some("nowhere.json".to_owned()), ..*experiment };
    let refused = bench.app.view_source(&lost).unwrap_err().message;
    assert!(refused.starts_with("The mapping file nowhere.json of the experiment could not be read"), "{refused}");
}
