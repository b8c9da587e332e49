//! What holds for the code of every ORM. That SQLAlchemy's does what the variant predicts is tested with the real one.

use super::*;

const MAPPING: &str = include_str!("../../../../tests/fidelity/citizen.schema.json");

const EXPERIMENT: &str = r#"
version = 1
source = "sample:citizenapp"
[endpoint]
name = "users"
root = "User"
filter = { tenant_id = 1, has = [["organization.tenant_id", "==", 1]], order_by = ["-id"], limit = 20 }
relationships = [
    { name = "organization", relationships = [{ name = "tenant" }] },
    { name = "roles" },
    { name = "manager", accessed = false },
]
[variants.lazy]
[variants.mixed]
"organization" = "selectin"
"organization.tenant" = "joined"
"roles" = "joined"
[variants."by hand"]
"roles" = "bulk"
"#;

fn pieces(variant: &str) -> Vec<Piece> {
    let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
    let mapping = serde_json::from_str(MAPPING).unwrap();
    let expected = Expected { queries: 3, data: "CitizenApp xs, seed 1".to_owned() };
    code(&experiment, variant, &mapping, Some(&expected)).unwrap()
}

#[test]
fn a_mixed_variant_in_every_orm() {
    let all: Vec<String> = pieces("mixed")
        .iter()
        .map(|piece| format!("== {} (exact: {})\n{}\n{}", piece.title, piece.exact, piece.notes.join("\n"), piece.code))
        .collect();
    insta::assert_snapshot!("mixed", all.join("\n"));
}

#[test]
fn what_is_lazy_is_not_asked_for_elsewhere() {
    for piece in pieces("lazy").iter().filter(|piece| !piece.exact) {
        for word in ["select_related", "prefetch", "preload", "eager_load", "include:", "Include("] {
            assert!(!piece.code.contains(word), "{}", piece.code);
        }
    }
}

#[test]
fn what_sqlalchemy_has_no_option_for_is_said() {
    let pieces = pieces("by hand");
    assert!(!pieces[0].exact && pieces[0].notes[0].contains("no option that loads `roles`"), "{:?}", pieces[0].notes);
}

#[test]
fn an_unknown_variant_names_those_there_are() {
    let experiment = Experiment::from_toml(EXPERIMENT).unwrap();
    let mapping = serde_json::from_str(MAPPING).unwrap();
    let said = code(&experiment, "eager", &mapping, None).unwrap_err().to_string();
    assert_eq!(said, "no variant is called `eager`; there are `lazy`, `mixed`, `by hand`");
}
