//! A plan that goes back and forth between collections finds the same few objects along more paths than anyone can wait for.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use fetchscope_engine::graph::response::{Arrangement, NotWritten, ResponseShape};
use fetchscope_engine::load::{Loader, Rows, Step};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::predict::{Survey, predict};
use fetchscope_engine::sql::Dialect;
use fetchscope_engine::value::Value;
use serde_json::json;
use std::sync::Arc;

/// People of a team, the team of each, its people again, and so on.
fn program(times: usize, strategy: &str) -> Program {
    let mapping = json!({"name": "two", "entities": [
        {"name": "Team", "table": "team", "columns": [{"name": "id", "type": "integer", "pk": true}],
         "relationships": [{"name": "people", "kind": "one_to_many", "target": "Person", "pairs": [["id", "team_id"]]}]},
        {"name": "Person", "table": "person",
         "columns": [{"name": "id", "type": "integer", "pk": true}, {"name": "team_id", "type": "integer"}],
         "relationships": [{"name": "team", "kind": "many_to_one", "target": "Team", "pairs": [["team_id", "id"]]}]}]});
    let relationships = (0..times).fold(json!([]), |below, _| {
        let team = json!([{"name": "team", "strategy": strategy, "relationships": below}]);
        json!([{"name": "people", "strategy": strategy, "relationships": team}])
    });
    let plan = json!({"root": "Team", "relationships": relationships});
    let mapping = Arc::new(Mapping::check(&serde_json::from_value(mapping).unwrap()).unwrap());
    Program::resolve(mapping, &serde_json::from_value(plan).unwrap(), Dialect::Sqlite).unwrap()
}

/// One team of ten people: whatever is asked for, they are in it.
fn load(program: Arc<Program>) -> (fetchscope_engine::load::Loaded, usize) {
    let mut loader = Loader::new(program, Arc::default());
    for statements in 0.. {
        match loader.step().unwrap() {
            Step::Query(request) => {
                let people = request.path.is_some_and(|path| path.ends_with("people"));
                let person =
                    |id| (0..request.kinds.len()).map(move |column| if column == 0 && people { id } else { 7 });
                let ids = if people { 0..10 } else { 7..8 };
                let mut values: Vec<i64> = ids.clone().flat_map(person).collect();
                if people && request.kinds.len() == 3 {
                    // A selectin or bulk load has the key of the owner first.
                    values = ids.flat_map(|id| [7, id, 7]).collect();
                }
                let values = values.into_iter().map(Value::Integer).collect();
                loader.answer(Rows { width: request.kinds.len(), values });
            }
            Step::Done(loaded) => return (*loaded, statements),
            other @ (Step::Fetch(_) | Step::Commit | Step::Close | Step::Pause) => panic!("{other:?}"),
        }
    }
    unreachable!()
}

#[test]
fn every_object_is_read_once_at_a_node() {
    let program = Arc::new(program(30, "select"));
    let (loaded, statements) = load(program.clone());
    assert_eq!((loaded.error, statements), (None, 2));
    let shape = ResponseShape::of(&program);
    let roots = loaded.roots.unwrap();
    let error = shape.write_while(&loaded.graph, &roots, Arrangement::AsReturned, 1 << 24, &|| true).unwrap_err();
    assert_eq!(error, NotWritten::TooLarge);
    assert_eq!(
        shape.write_while(&loaded.graph, &roots, Arrangement::AsReturned, 1 << 24, &|| false).unwrap_err(),
        NotWritten::Stopped
    );
}

#[test]
fn a_response_may_have_as_many_bytes_as_it_has() {
    let program = Arc::new(program(1, "select"));
    let (loaded, _) = load(program.clone());
    let (shape, roots) = (ResponseShape::of(&program), loaded.roots.unwrap());
    let whole = shape.write_while(&loaded.graph, &roots, Arrangement::AsReturned, usize::MAX, &|| true).unwrap();
    assert_eq!(
        shape.write_while(&loaded.graph, &roots, Arrangement::AsReturned, whole.len(), &|| true).unwrap(),
        whole
    );
    assert!(shape.write_while(&loaded.graph, &roots, Arrangement::AsReturned, whole.len() - 10, &|| true).is_err());
}

#[test]
fn its_cost_is_predicted_all_the_same() {
    for strategy in ["select", "joined", "selectin", "subquery", "immediate", "json_agg"] {
        let program = program(30, strategy);
        let survey = Arc::new(Survey::program(&program));
        let (loaded, _) = load(survey.clone());
        let survey = Survey::of(&survey, loaded, &[]).unwrap();
        let prediction = predict(&program, &survey);
        assert!(prediction.statements >= 1, "{strategy}: {prediction:?}");
    }
}
