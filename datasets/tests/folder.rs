//! A dataset that somebody wrote without Rust: the folder `library`, and what is said when such a folder is wrong.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

mod sample;

use fetchscope_datasets::{Dataset, SampleSpec};
use sample::sample_of;
use std::fs;
use std::path::{Path, PathBuf};

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/library")
}

#[test]
fn a_folder_is_a_source_like_any_other() {
    let spec: SampleSpec = format!("{}?seed=5&tenants=zipf", library().display()).parse().expect("spec");
    let dataset = Dataset::open(&spec).expect("dataset");
    assert_eq!((dataset.info.name.as_str(), dataset.info.title.as_str()), ("library", "Library"));
    assert_eq!(dataset.default_endpoint("s").expect("endpoint").title, "List of books");
    let library = sample_of(dataset, &spec);
    assert_eq!((library.count("branches"), library.count("books")), (4, 200));
    assert!((100..180).contains(&library.count("loans")));
    assert!(library.texts("books", "title").iter().all(|title| (1..=20).contains(&title.chars().count())));
    assert!(
        library.texts("books", "price").iter().all(|price| (4.99..=49.99).contains(&price.parse().expect("price")))
    );
    let bought = library.texts("books", "bought");
    assert!((30..70).contains(&bought.iter().filter(|day| day.is_empty()).count()));
    assert!(bought.iter().all(|day| day.is_empty() || (day.starts_with("2020-") && day.len() == 10)));
    let lent = library.texts("loans", "lent_at");
    assert!(lent.iter().all(|time| time.starts_with("2025-03-") && time.ends_with(".000000")), "{:?}", lent.first());
}

/// What is said when one file of the library has `from` replaced by `to`.
fn said_of(file: &str, from: &str, to: &str) -> String {
    let folder = tempfile::tempdir().expect("folder");
    for name in ["mapping.json", "generator.toml", "endpoints.toml"] {
        let text = fs::read_to_string(library().join(name)).expect("read");
        assert!(name != file || text.contains(from), "{file} has no {from}");
        let text = if name == file { text.replacen(from, to, 1) } else { text };
        fs::write(folder.path().join(name), text).expect("write");
    }
    let error = Dataset::from_folder(folder.path()).expect_err("unusable").to_string();
    error.replace(&folder.path().display().to_string(), "DIR")
}

#[test]
fn what_does_not_fit_is_said_with_its_place() {
    let generator = |from, to| said_of("generator.toml", from, to);
    assert_eq!(
        generator("[tables.books.columns]", "[tables.books.columns]\ncolour = { fill = \"person\" }"),
        "DIR/generator.toml: tables.books.columns.colour: the mapping has no such column"
    );
    assert_eq!(
        generator("title = { fill = \"catch_phrase\" }", ""),
        "DIR/generator.toml: tables.books.columns.title: nothing says how it is filled"
    );
    assert_eq!(
        generator("{ fill = \"catch_phrase\" }", "{ fill = \"chance\", percent = 5 }"),
        "DIR/generator.toml: tables.books.columns.title: the column is text, the fill gives a boolean"
    );
    assert_eq!(
        generator("{ fill = \"catch_phrase\" }", "{ fill = \"template\", text = \"{title}!\" }"),
        "DIR/generator.toml: tables.books.columns.title: its value would depend on itself"
    );
    assert_eq!(
        generator("{ fill = \"catch_phrase\" }", "{ fill = \"catch_phrase\", null = 10 }"),
        "DIR/generator.toml: tables.books.columns.title: may come out as NULL, and the mapping says it is never NULL"
    );
    assert_eq!(
        generator("{ fill = \"catch_phrase\" }", "{ fill = \"look_up\", path = \"branch_id.town\" }"),
        "DIR/generator.toml: tables.books.columns.title: branches has no column `town`"
    );
    assert_eq!(
        generator("books = 200", "books = 3"),
        "DIR/generator.toml: sizes.s.rows: books has 3 rows, and `at_least` for each of branches needs 4"
    );
    assert_eq!(
        generator("books = 200", "books = 200_000_000_000"),
        "DIR/generator.toml: sizes.s.rows.books: 200000000000 rows are more than the 100000000 a table may have"
    );
    assert_eq!(
        generator("rows = [50, 30, 20]", "rows = [0, 0]"),
        "DIR/generator.toml: tables.loans: the weights of the rows per parent are all 0"
    );
    assert_eq!(
        generator(
            "[tables.branches.columns]",
            "[tables.branches.columns]\nid = { fill = \"number\", from = 1, to = 9 }"
        ),
        "DIR/generator.toml: tables.books.columns.branch_id: branch_id does not refer to a column of branches that counts its rows"
    );
    assert_eq!(
        generator("books = 200", "books = 200, loans = 9"),
        "DIR/generator.toml: sizes.s.rows.loans: the table has `each`: it is not counted"
    );
    assert_eq!(
        generator("endpoint = \"books\"", "endpoint = \"shelf\""),
        "DIR/generator.toml: sizes.s.endpoint: endpoints.toml has no endpoint `shelf`"
    );
    assert_eq!(
        said_of("endpoints.toml", "{ name = \"loans\" }", "{ name = \"loan\" }"),
        "DIR/endpoints.toml: books: Book has no relationship `loan`"
    );
    assert_eq!(
        said_of("endpoints.toml", "order_by = [\"id\"]", "order_by = [\"-isbn\"]"),
        "DIR/endpoints.toml: books: Book has no column `isbn`"
    );
}

#[test]
fn what_cannot_be_read_is_said_with_file_and_line() {
    let malformed = said_of("generator.toml", "fill = \"city\"", "fill = \"town\"");
    assert!(malformed.starts_with("DIR/generator.toml: TOML parse error at line 11"), "{malformed}");
    assert!(malformed.contains("`town`"), "{malformed}");
    assert!(said_of("mapping.json", "\"pk\": true", "\"pk\": 7").contains("mapping.json"));
    assert_eq!(
        said_of("generator.toml", "version = 1", "version = 2"),
        "DIR/generator.toml: version 2 is not one this build reads; it reads 1"
    );
    let nowhere = Dataset::from_folder(Path::new("does/not/exist")).expect_err("missing").to_string();
    assert!(nowhere.starts_with("cannot read does/not/exist/mapping.json: "), "{nowhere}");
}

/// The README's examples are the trainer's first files: they must work as they stand there.
#[test]
fn the_readme_is_true() {
    let readme = fs::read_to_string(library().join("../../README.md")).expect("read");
    let examples: Vec<&str> = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let folder = tempfile::tempdir().expect("folder");
    fs::copy(library().join("mapping.json"), folder.path().join("mapping.json")).expect("copy");
    for (name, example) in ["generator.toml", "endpoints.toml"].iter().zip(&examples) {
        fs::write(folder.path().join(name), example).expect("write");
    }
    assert_eq!(examples.len(), 2);
    let dataset = Dataset::from_folder(folder.path()).expect("the examples fit the mapping");
    let spec = SampleSpec { size: "busy".to_owned(), ..SampleSpec::of("library") };
    assert_eq!(sample_of(dataset.clone(), &spec).count("loans"), 50 * 20);
    let names = |size: &str| {
        let spec = SampleSpec { size: size.to_owned(), ..SampleSpec::of("library") };
        sample_of(dataset.clone(), &spec).texts("branches", "city")
    };
    assert_eq!(names("s"), names("busy"));
}
