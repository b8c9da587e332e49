//! Claims: what somebody says about strategies, in a form that a run can answer.

use crate::outcome::{Outcome, SweepPoint, VariantOutcome};
use crate::spec::Claim;
use crate::standing::{comparable, unbeaten};
use fetchscope_engine::stats::paired::{Verdict, compare};

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// In every cell.
    Holds,
    /// In some cells and not in others.
    UnderConditions,
    /// In none.
    DoesNotHold,
    /// Nothing was measured that could tell.
    Open,
}

/// What a claim comes to, cell by cell: the run itself, and every point of its sweeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// In all.
    pub holding: Holding,
    /// Each cell, in words, and whether the claim holds there; `None` where nothing can be told.
    pub cells: Vec<(String, Option<bool>)>,
}

/// Holds a claim against what was measured.
#[must_use]
pub fn judge(claim: &Claim, outcome: &Outcome) -> Judgement {
    let cells = cells(outcome);
    if claim.no_winner {
        return no_winner(&cells);
    }
    let judged: Vec<(String, Option<bool>)> =
        cells.iter().map(|(name, variants)| (name.clone(), in_cell(claim, variants))).collect();
    let known: Vec<bool> = judged.iter().filter_map(|(_, holds)| *holds).collect();
    let holding = match (known.iter().any(|holds| *holds), known.iter().any(|holds| !*holds)) {
        (true, false) => Holding::Holds,
        (true, true) => Holding::UnderConditions,
        (false, true) => Holding::DoesNotHold,
        (false, false) => Holding::Open,
    };
    Judgement { holding, cells: judged }
}

fn cells(outcome: &Outcome) -> Vec<(String, &[VariantOutcome])> {
    let own = std::iter::once(("as set".to_owned(), outcome.variants.as_slice()));
    let swept = outcome.sweeps.iter().flat_map(|sweep| {
        let name = |point: &SweepPoint| format!("{} {}", sweep.over.title(), point.asked);
        sweep.points.iter().map(move |point| (name(point), point.variants.as_slice()))
    });
    own.chain(swept).collect()
}

fn in_cell(claim: &Claim, variants: &[VariantOutcome]) -> Option<bool> {
    match &claim.faster {
        Some(faster) => is_faster(variants, faster, &claim.than),
        None => fewest_is_not_fastest(variants),
    }
}

fn is_faster(variants: &[VariantOutcome], faster: &str, than: &[String]) -> Option<bool> {
    let of = |variant: &VariantOutcome| Some(comparable(variant)).filter(|rounds| !rounds.is_empty());
    let one = of(variants.iter().find(|variant| variant.name == faster)?)?;
    let is_meant = |name: &String| name != faster && (than.is_empty() || than.contains(name));
    let others: Vec<_> = variants.iter().filter(|variant| is_meant(&variant.name)).filter_map(of).collect();
    let compared = compare(&one, &others.iter().collect::<Vec<_>>());
    if compared.is_empty() || compared.iter().any(|one| one.verdict == Verdict::TooFewRounds) {
        return None;
    }
    Some(compared.iter().all(|one| one.verdict == Verdict::Slower))
}

fn fewest_is_not_fastest(variants: &[VariantOutcome]) -> Option<bool> {
    let best = unbeaten(variants);
    let queries = |variant: &VariantOutcome| variant.counts.map(|counts| counts.queries);
    let measured = variants.iter().filter(|variant| !comparable(variant).is_empty());
    let fewest = measured.filter_map(queries).min()?;
    (!best.is_empty()).then(|| best.iter().all(|index| queries(&variants[*index]) != Some(fewest)))
}

/// Holds where two cells have different winners that share nobody.
fn no_winner(cells: &[(String, &[VariantOutcome])]) -> Judgement {
    let winners: Vec<Vec<usize>> = cells.iter().map(|(_, variants)| unbeaten(variants)).collect();
    let known: Vec<&Vec<usize>> = winners.iter().filter(|best| !best.is_empty()).collect();
    let everywhere = |index: &usize| known.iter().all(|best| best.contains(index));
    let holding = match known.first() {
        _ if known.len() < 2 => Holding::Open,
        None => Holding::Open,
        Some(first) if first.iter().any(everywhere) => Holding::DoesNotHold,
        Some(_) => Holding::Holds,
    };
    let named = cells.iter().zip(&winners).map(|((name, variants), best)| {
        let names: Vec<&str> = best.iter().map(|index| variants[*index].name.as_str()).collect();
        (format!("{name}: {}", names.join(" or ")), None)
    });
    Judgement { holding, cells: named.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Agreement, Counts, Sample};
    use fetchscope_engine::trace::{Bands, Nanos};

    /// A variant whose requests take so long, give or take what a seed says.
    fn variant(name: &str, queries: u64, millis: f64) -> VariantOutcome {
        let sample = |index: u32| {
            let wobble = f64::from((index * 37 + name.len() as u32 * 11) % 17) / 1000.0;
            Sample {
                round: index / 10,
                tenant: None,
                latency: Nanos((millis * (1.0 + wobble) * 1e6) as u64),
                bands: Bands::default(),
                queries: 1,
                round_trips: 1,
                rows: 1,
            }
        };
        VariantOutcome {
            name: name.to_owned(),
            counts: Some(Counts {
                queries,
                round_trips: queries,
                rows: 1,
                bytes: 1,
                roots: Some(1),
                shard_tasks: None,
            }),
            agreement: Agreement::Same,
            hash: None,
            statements: Vec::new(),
            objects: None,
            samples: (0..100).map(sample).collect(),
            failures: Vec::new(),
            busy: Nanos(1),
            processor: None,
            tracing: Nanos(0),
            waits: None,
        }
    }

    #[test]
    fn a_variant_is_faster_only_where_the_rounds_say_so() {
        let variants = [variant("joined", 1, 10.0), variant("selectin", 3, 12.0), variant("lazy", 9, 50.0)];
        assert_eq!(is_faster(&variants, "joined", &[]), Some(true));
        assert_eq!(is_faster(&variants, "selectin", &[]), Some(false));
        assert_eq!(is_faster(&variants, "selectin", &["lazy".to_owned()]), Some(true));
        let same = [variant("joined", 1, 10.0), variant("equals", 3, 10.0)];
        assert_eq!(is_faster(&same, "joined", &[]), Some(false));
    }

    #[test]
    fn the_fewest_queries_may_be_the_fastest_or_not() {
        assert_eq!(fewest_is_not_fastest(&[variant("joined", 1, 30.0), variant("selectin", 3, 12.0)]), Some(true));
        assert_eq!(fewest_is_not_fastest(&[variant("joined", 1, 3.0), variant("selectin", 3, 12.0)]), Some(false));
        assert_eq!(fewest_is_not_fastest(&[]), None);
    }

    #[test]
    fn there_is_no_winner_where_two_cells_have_different_ones() {
        let (near, far) = (
            [variant("joined", 1, 30.0), variant("selectin", 3, 12.0)],
            [variant("joined", 1, 40.0), variant("selectin", 3, 60.0)],
        );
        let of = |cells: &[(String, &[VariantOutcome])]| no_winner(cells).holding;
        assert_eq!(of(&[("near".to_owned(), &near), ("far".to_owned(), &far)]), Holding::Holds);
        assert_eq!(of(&[("near".to_owned(), &near), ("again".to_owned(), &near)]), Holding::DoesNotHold);
        assert_eq!(of(&[("near".to_owned(), &near)]), Holding::Open);
    }
}
