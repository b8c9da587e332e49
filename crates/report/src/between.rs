//! Two runs beside each other: variants that are the same in both, how their times stand to each other, and what else was
//! different. They were not measured in the same rounds, so a ratio holds what the machine did otherwise meanwhile.

use crate::format;
use crate::rows::{Row, interval_text, rows};
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::stats::bootstrap::Bootstrap;
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::spec::Experiment;
use fetchscope_experiment::standing::comparable;

/// Two runs beside each other.
#[derive(Debug, Clone)]
pub struct Between {
    /// What else was different, so that a ratio says less of the strategies.
    pub differences: Vec<Difference>,
    /// The variants of both: in the order of the later run, and then those that only the earlier one had.
    pub pairs: Vec<Pair>,
}

/// A circumstance that was another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which: `concurrency`.
    pub what: &'static str,
    /// In the earlier run.
    pub before: String,
    /// In the later one.
    pub after: String,
}

/// One variant in both runs.
#[derive(Debug, Clone)]
pub struct Pair {
    /// In the earlier run.
    pub before: Option<Row>,
    /// In the later one.
    pub after: Option<Row>,
    /// Median of the later run over that of the earlier one; `None` where a side has no time.
    pub ratio: Option<Estimate>,
    /// `faster`, `slower`, `no detectable difference`, or why nothing is said.
    pub verdict: String,
}

/// What is said of every ratio between two runs.
pub const APART: &str = "The two runs were not measured in the same rounds: what the machine did otherwise between them is part \
                         of every ratio. Intervals are 95 %, each for its variant alone.";

/// Sets two runs beside each other.
#[must_use]
pub fn between(before: &Outcome, after: &Outcome) -> Between {
    let (earlier, later) = (rows(before), rows(after));
    let partners = partners(before, after);
    let mut pairs: Vec<Pair> = later
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            let partner = partners[index];
            let ratio = partner.and_then(|partner| ratio((before, partner), (after, index)));
            pair(partner.map(|partner| earlier[partner].clone()), Some(row), ratio)
        })
        .collect();
    let alone = (0..earlier.len()).filter(|index| !partners.contains(&Some(*index)));
    pairs.extend(alone.map(|index| pair(Some(earlier[index].clone()), None, None)));
    Between { differences: differences(before, after), pairs }
}

/// For each variant of the later run the same one of the earlier run: by its name, or where no name fits by what it does.
fn partners(before: &Outcome, after: &Outcome) -> Vec<Option<usize>> {
    let named = |name: &str| before.variants.iter().position(|one| one.name == name);
    let mut found: Vec<Option<usize>> = after.variants.iter().map(|one| named(&one.name)).collect();
    let plan = |experiment: &Experiment, name: &str| {
        experiment.variants.get(name).map(|variant| experiment.endpoint.plan(&variant.strategies, Strategy::Select))
    };
    for (index, variant) in after.variants.iter().enumerate() {
        if found[index].is_some() {
            continue;
        }
        let wanted = plan(&after.experiment, &variant.name);
        let same = |one: &usize| {
            !found.contains(&Some(*one))
                && wanted.is_some()
                && plan(&before.experiment, &before.variants[*one].name) == wanted
        };
        found[index] = (0..before.variants.len()).find(same);
    }
    found
}

fn ratio(before: (&Outcome, usize), after: (&Outcome, usize)) -> Option<Estimate> {
    let drawn = |(outcome, index): (&Outcome, usize), seed: u64| {
        Bootstrap::of(&comparable(&outcome.variants[index]), outcome.experiment.seed.wrapping_add(seed))
    };
    Some(drawn(after, 1)?.ratio(&drawn(before, 0)?, 0.5))
}

fn pair(before: Option<Row>, after: Option<Row>, ratio: Option<Estimate>) -> Pair {
    let verdict = match (&before, &after, ratio) {
        (None, _, _) => "only in the later run".to_owned(),
        (_, None, _) => "only in the earlier run".to_owned(),
        (Some(before), Some(after), None) => {
            let reason = after.no_time.as_ref().or(before.no_time.as_ref());
            reason.cloned().unwrap_or_else(|| "not measured".to_owned())
        }
        (Some(_), Some(_), Some(Estimate { low: Some(low), high: Some(high), .. })) => {
            if high < 1.0 {
                "faster"
            } else if low > 1.0 {
                "slower"
            } else {
                "no detectable difference"
            }
        }
        .to_owned(),
        (Some(_), Some(_), Some(_)) => "too few rounds to tell".to_owned(),
    };
    Pair { before, after, ratio, verdict }
}

impl Pair {
    /// `×0.24`, and its interval or why there is none.
    #[must_use]
    pub fn ratio_text(&self) -> Option<(String, String)> {
        let ratio = self.ratio.filter(|ratio| ratio.value.is_finite())?;
        let interval = match (ratio.low, ratio.high) {
            (Some(low), Some(high)) => format!("{} to {}", format::factor(low), format::factor(high)),
            (None, _) | (_, None) => interval_text(None, None),
        };
        Some((format::ratio(ratio.value), interval))
    }
}

fn differences(before: &Outcome, after: &Outcome) -> Vec<Difference> {
    let told = |outcome: &Outcome| -> Vec<(&'static str, String)> {
        let (experiment, environment) = (&outcome.experiment, &outcome.environment);
        let (workload, conditions) = (&experiment.workload, &experiment.conditions);
        let amount = match (workload.requests, workload.seconds) {
            (_, Some(seconds)) => format!("{seconds} s"),
            (requests, None) => requests.map_or_else(String::new, |requests| format::count(requests.into())),
        };
        let endpoint = &experiment.endpoint;
        let asked = serde_json::json!({ "root": endpoint.root, "mode": endpoint.mode, "filter": endpoint.filter });
        let mut reads: Vec<String> = endpoint.paths();
        reads.sort();
        vec![
            ("data", environment.data.clone()),
            ("database", environment.database.clone()),
            ("endpoint", asked.to_string()),
            ("relationships", reads.join(", ")),
            ("concurrency", workload.concurrency.to_string()),
            ("rate", workload.rate.map_or_else(|| "closed loop".to_owned(), |rate| format!("{rate} a second"))),
            ("requests a variant", amount),
            ("pool", format!("{} + {}", workload.pool.size, workload.pool.overflow)),
            ("round trip", format!("{} ms", conditions.rtt_ms)),
            ("jitter", format!("{} ms", conditions.jitter_ms)),
            ("BEGIN and ROLLBACK", conditions.transaction.to_string()),
            ("statement cache", conditions.statement_cache.to_string()),
            ("seed", experiment.seed.to_string()),
            ("machine", format!("{}, {} cores", environment.platform, environment.cores)),
            ("Fetchscope", format!("{}, {} build", environment.fetchscope, environment.build)),
            ("emulates", environment.emulates.clone()),
            (
                "server settings",
                environment
                    .server
                    .iter()
                    .map(|(name, value)| format!("{name} = {value}"))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        ]
    };
    let pairs = told(before).into_iter().zip(told(after));
    let other = pairs.filter(|((_, before), (_, after))| before != after);
    other.map(|((what, before), (_, after))| Difference { what, before, after }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_run_beside_itself_shows_no_difference() {
        let outcome = fixture::article();
        let Between { differences, pairs } = between(&outcome, &outcome);
        assert!(differences.is_empty(), "{differences:?}");
        assert_eq!(pairs.len(), outcome.variants.len());
        assert!(pairs.iter().all(|pair| pair.verdict == "no detectable difference"), "{pairs:?}");
        assert!(pairs.iter().all(|pair| pair.ratio_text().is_some_and(|(ratio, _)| ratio == "×1.00")));
    }

    #[test]
    fn slower_samples_and_another_pool_are_told() {
        let before = fixture::article();
        let mut after = before.clone();
        after.experiment.workload.pool.size += 1;
        for sample in &mut after.variants[0].samples {
            sample.latency.0 *= 3;
        }
        let Between { differences, pairs } = between(&before, &after);
        assert_eq!(differences.iter().map(|one| one.what).collect::<Vec<_>>(), ["pool"]);
        assert_eq!((pairs[0].verdict.as_str(), pairs[1].verdict.as_str()), ("slower", "no detectable difference"));
        assert_eq!(pairs[0].ratio_text().map(|(ratio, _)| ratio).as_deref(), Some("×3.0"));
    }

    #[test]
    fn a_variant_is_found_again_under_another_name_and_a_new_one_stands_alone() {
        let before = fixture::article();
        let mut after = before.clone();
        let rename = |outcome: &mut Outcome, index: usize, name: &str| {
            let old = std::mem::replace(&mut outcome.variants[index].name, name.to_owned());
            let variants = std::mem::take(&mut outcome.experiment.variants);
            outcome.experiment.variants =
                variants.into_iter().map(|(key, one)| (if key == old { name.to_owned() } else { key }, one)).collect();
        };
        rename(&mut after, 1, "one statement");
        let old = before.variants[2].name.clone();
        rename(&mut after, 2, "another");
        if let Some(variant) = after.experiment.variants.get_mut("another") {
            variant.strategies.clear();
        }
        let Between { pairs, .. } = between(&before, &after);
        assert_eq!(pairs[1].before.as_ref().map(|row| row.name.clone()), Some(before.variants[1].name.clone()));
        assert_eq!(pairs[2].verdict, "only in the later run");
        let last = pairs.last().and_then(|pair| pair.before.as_ref()).map(|row| row.name.clone());
        assert_eq!(last, Some(old));
    }

    #[test]
    fn a_wrong_answer_has_no_ratio() {
        let outcome = fixture::troubled();
        let pairs = between(&outcome, &outcome).pairs;
        assert!(pairs.iter().any(|pair| pair.ratio.is_none() && pair.verdict.starts_with("wrong answer")), "{pairs:?}");
    }
}
