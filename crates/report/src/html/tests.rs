//! What holds for every report.

use super::*;
use crate::{fixture, reopen};
use fetchscope_engine::advisor::evidence::Objects;
use fetchscope_engine::advisor::multiplication::{JoinedCollection, JoinedStatement, Multiplication, Volume};

fn page(outcome: &Outcome) -> String {
    String::from_utf8(render(outcome).unwrap()).unwrap()
}

/// The page without its style sheet.
fn content(outcome: &Outcome) -> String {
    page(outcome).split_once("</style>").unwrap().1.to_owned()
}

#[test]
fn a_report_is_self_contained_and_small() {
    for outcome in [fixture::article(), fixture::troubled(), fixture::dozen(), fixture::empty(&["one"])] {
        let page = page(&outcome);
        assert!(page.len() < 1_000_000, "{} bytes", page.len());
        assert!(!page.contains("<script") && !page.contains("src=\""));
        // The one link saves what the page itself carries.
        assert_eq!((page.matches("href=").count(), page.matches("href=\"data:application/gzip").count()), (1, 1));
        let addresses = page.match_indices("http").map(|(at, _)| &page[at..(at + 26).min(page.len())]);
        for address in addresses {
            assert!(
                address.starts_with("http://www.w3.org/2000/svg") || address.starts_with("http-equiv"),
                "{address}"
            );
        }
    }
}

#[test]
fn the_first_thing_said_is_the_answer() {
    let page = page(&fixture::article());
    assert_eq!(page.matches("<h1>").count(), 1);
    assert!(page.contains("<h1>joined was fastest: p50 21.4 ms (21.2 to 21.7 ms), 4.0 times"));
    let order =
        ["<h1>", "<figure>", "Comparison", "Where the time goes", "Statements of one request", "The experiment"];
    let at: Vec<usize> = order.iter().map(|part| page.find(part).unwrap()).collect();
    assert!(at.is_sorted(), "{at:?}");
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    assert!(render(&fixture::article()).unwrap() == render(&fixture::article()).unwrap());
}

#[test]
fn names_and_messages_are_harmless() {
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    let mut outcome = fixture::troubled();
    let plan = outcome.experiment.variants.values().next().unwrap().clone();
    outcome.experiment.variants.insert(hostile.to_owned(), plan);
    outcome.variants[1].name = hostile.to_owned();
    outcome.variants[1].statements[0].sql = format!("SELECT '{hostile}' FROM {hostile}");
    outcome.notes.push(hostile.to_owned());
    outcome.variants[4].failures[0].message = hostile.to_owned();
    let page = page(&outcome);
    assert!(!page.contains("<script") && !page.contains("<img"));
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn the_experiment_and_the_raw_data_can_be_read_back() {
    for outcome in [fixture::article(), fixture::troubled()] {
        let page = render(&outcome).unwrap();
        assert_eq!(reopen::experiment(&page).unwrap().unwrap(), outcome.experiment);
        assert_eq!(reopen::outcome(&page).unwrap(), outcome);
    }
}

#[test]
fn a_filter_that_toml_cannot_say_is_written_as_json() {
    let mut outcome = fixture::pair();
    outcome.experiment.endpoint.filter.columns.insert("deleted_at".to_owned(), serde_json::Value::Null);
    assert!(content(&outcome).contains("&quot;deleted_at&quot;: null"));
    assert_eq!(reopen::experiment(&render(&outcome).unwrap()).unwrap().unwrap(), outcome.experiment);
}

#[test]
fn every_row_of_a_chart_has_a_tooltip() {
    let outcome = fixture::pair();
    let page = content(&outcome);
    // Four charts with two rows or dots, in two themes.
    assert_eq!(page.matches("fill=\"transparent\"><title>").count(), 16);
    assert!(page.contains("<title>B joined: 21.4 ms\nn: 400"), "{page}");
}

#[test]
fn statements_are_pretty_and_long_lists_short() {
    let page = content(&fixture::article());
    assert!(page.contains("IN (?, ?, … 100 in all)"));
    assert!(page.contains("<i>LEFT OUTER JOIN</i> organizations AS organizations_1"));
    assert!(page.contains("walk · organization · <b>100×</b> · 100 rows in all"));
}

#[test]
fn what_stands_out_is_said_with_its_rows() {
    assert!(!content(&fixture::pair()).contains("What stands out"));
    let mut outcome = fixture::pair();
    let collection = |path: &str| JoinedCollection { path: path.to_owned(), objects: 12_000, factor: 10.0 };
    outcome.variants[1].statements[0].rows = 120_000;
    outcome.variants[1].objects = Some(Objects {
        relationships: Vec::new(),
        multiplication: Multiplication {
            fetched: Volume { rows: 120_000, bytes: 18_500_000 },
            distinct: Volume { rows: 25_200, bytes: 900_000 },
            statements: vec![JoinedStatement {
                path: None,
                rows: 120_000,
                distinct: 25_200,
                rows_split: 24_000,
                collections: vec![collection("Task.comments"), collection("Task.tags")],
            }],
        },
    });
    let page = content(&outcome).replace('\u{2009}', " ");
    assert!(page.contains("joined returned 120 000 rows for 25 200 distinct ones: two sibling collections multiply ("));
    assert!(page.contains("<td>120 000</td><td>25 200</td><td>18.5 MB</td><td>900 kB</td><td>×4.8</td>"));
    assert!(page.contains("Task.comments ×10, Task.tags ×10"));
}

#[test]
fn a_wrong_answer_is_said_and_has_no_time() {
    let page = content(&fixture::troubled());
    assert!(page.contains("<td class=\"words bad\" colspan=\"9\">– wrong answer: 4 roots missing</td>"));
    assert!(page.contains("A wrong answer is not shown as a time."));
    assert!(!content(&fixture::article()).contains("class=\"words bad\""));
}

#[test]
fn tables_are_marked_up_for_those_who_do_not_see_them() {
    let page = content(&fixture::pair());
    assert_eq!(page.matches("<table>").count(), page.matches("<caption>").count());
    assert_eq!(page.matches("<th").count(), page.matches("scope=").count() + page.matches("<thead>").count());
    assert_eq!(page.matches("role=\"img\"").count(), 8, "four charts in two themes");
}

#[test]
fn how_a_server_ran_a_statement_is_folded_below_it() {
    let page = content(&fixture::waited());
    assert!(page.contains("<summary>How the server ran it: planning 200 µs, execution 1.50 ms</summary>"));
    assert!(page.contains("  Seq Scan on users: 1"), "a step is not indented below the one it gives its rows to");
    assert!(!content(&fixture::article()).contains("How the server ran it"));
}
