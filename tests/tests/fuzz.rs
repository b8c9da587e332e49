//! The fuzz targets over their seeds: what `cargo xtask fuzz` begins with does not fail already.

use fetchscope_tests::fuzz::{experiment, mapping, plan, seeds};

#[test]
fn every_plan_seed_is_answered() {
    let seeds = seeds::plans();
    assert!(seeds.len() > 200, "{} seeds", seeds.len());
    seeds.iter().for_each(|seed| plan(seed.as_bytes()));
}

#[test]
fn every_mapping_seed_is_answered() {
    let seeds = seeds::mappings();
    assert!(seeds.len() > 20, "{} seeds", seeds.len());
    seeds.iter().for_each(|seed| mapping(seed.as_bytes()));
}

#[test]
fn every_experiment_seed_is_answered() {
    let seeds = seeds::experiments();
    assert!(seeds.len() > 20, "{} seeds", seeds.len());
    seeds.iter().for_each(|seed| experiment(seed.as_bytes()));
}

#[test]
fn what_cannot_be_read_is_refused() {
    for bytes in [&b""[..], b"\xff", b"{", b"version = 1", b"null", b"[]"] {
        plan(bytes);
        mapping(bytes);
        experiment(bytes);
    }
}

#[test]
fn files_that_nest_without_end_are_refused() {
    let deep = 20_000;
    let nested = |open: &str, close: &str| open.repeat(deep) + &close.repeat(deep);
    let relationships = nested(r#"{"name":"manager","relationships":["#, "]}");
    plan(format!(r#"{{"root":"User","relationships":[{relationships}]}}"#).as_bytes());
    plan(format!(r#"{{"root":"User","before":[{}]}}"#, nested(r#"{"root":"User","before":["#, "]}")).as_bytes());
    plan(format!(r#"{{"root":"User","filter":{{"pk":{}}}}}"#, nested("[", "]")).as_bytes());
    mapping(format!(r#"{{"name":{}}}"#, nested("[", "]")).as_bytes());
    let head = "version = 1\nsource = \"sample:citizenapp\"\nvariants.lazy = {}\n[endpoint]\nroot = \"User\"\n";
    let inline = nested("[{name=\"manager\",relationships=", "}]").replace("=}", "=[]}");
    experiment(format!("{head}relationships = {inline}\n").as_bytes());
    experiment(format!("{head}filter.{}id = 1\n", "a.".repeat(deep)).as_bytes());
    let mut levels = head.to_owned();
    for level in 1..300 {
        levels += &format!("[[endpoint{}]]\nname = \"manager\"\n", ".relationships".repeat(level));
    }
    experiment(levels.as_bytes());
}

/// As deep as JSON may nest, as wide as a plan may be: collections that refer to each other at every step.
#[test]
fn the_largest_plans_are_answered() {
    for strategy in ["select", "joined", "joined_inner", "selectin", "subquery", "immediate", "bulk", "json_agg"] {
        let tree = |width: usize, depth: usize| {
            (0..depth).fold(String::new(), |below, _| {
                let one =
                    |name: &&str| format!(r#"{{"name":"{name}","strategy":"{strategy}","relationships":[{below}]}}"#);
                ["reports", "manager", "roles"][..width].iter().map(one).collect::<Vec<_>>().join(",")
            })
        };
        for (width, depth) in [(1, 60), (2, 8)] {
            eprintln!("{strategy} {width} {depth}");
            plan(format!(r#"{{"root":"User","relationships":[{}]}}"#, tree(width, depth)).as_bytes());
        }
        let before = vec![r#"{"root":"User","relationships":[{"name":"reports"}]}"#; 400].join(",");
        let reports = tree(1, 30);
        plan(format!(r#"{{"root":"User","before":[{before}],"relationships":[{reports}]}}"#).as_bytes());
    }
}
