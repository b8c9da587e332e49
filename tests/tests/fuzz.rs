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
