//! What has to be measured for a prediction to be right.

use fetchscope_experiment::claim::{Holding, judge};
use fetchscope_experiment::outcome::{Agreement, Outcome, VariantOutcome};
use fetchscope_experiment::spec::Experiment;
use fetchscope_experiment::standing::{told_apart, unbeaten, winners};
use fetchscope_report::time;

/// A condition on an outcome. A variant is meant by its name, in quotation marks where it has spaces.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// `fastest NAME`: nothing beats it; where something else is unbeaten as well, that cannot be told.
    Fastest(String),
    /// `slowest NAME`: everything beats it.
    Slowest(String),
    /// `tied`: the fastest cannot be told apart.
    Tied,
    /// `queries NAME = 3`.
    Queries(String, u64),
    /// `rows NAME = 3`.
    Rows(String, u64),
    /// `raises NAME MissingGreenlet`.
    Raises(String, String),
    /// `wrong NAME`: it gives another answer than the baseline.
    Wrong(String),
    /// `same NAME`: it gives the baseline's answer.
    Same(String),
    /// `most NAME "pool wait"`: it spends more time on this band than on any other.
    Most(String, &'static str),
    /// `turns`: in some sweep another variant wins at one end than at the other.
    Turns,
    /// `stays`: in every sweep one variant is unbeaten all along.
    Stays,
    /// `claim holds`, `claim fails`, `claim depends`.
    Claim(Holding),
}

impl Condition {
    pub(super) fn read(text: &str, experiment: &Experiment) -> Result<Condition, String> {
        let words = words(text);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let variant = |name: &str| match experiment.variants.contains_key(name) {
            true => Ok(name.to_owned()),
            false => Err(format!("the experiment has no variant `{name}`")),
        };
        let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is to be a number"));
        match *words.as_slice() {
            ["fastest", name] => Ok(Condition::Fastest(variant(name)?)),
            ["slowest", name] => Ok(Condition::Slowest(variant(name)?)),
            ["tied"] => Ok(Condition::Tied),
            ["queries", name, "=", value] => Ok(Condition::Queries(variant(name)?, number(value)?)),
            ["rows", name, "=", value] => Ok(Condition::Rows(variant(name)?, number(value)?)),
            ["raises", name, error] => Ok(Condition::Raises(variant(name)?, error.to_owned())),
            ["wrong", name] => Ok(Condition::Wrong(variant(name)?)),
            ["same", name] => Ok(Condition::Same(variant(name)?)),
            ["most", name, band] => {
                let known = time::BANDS.into_iter().find(|known| *known == band);
                let known =
                    known.ok_or_else(|| format!("`{band}` is no band; there are {}", time::BANDS.join(", ")))?;
                Ok(Condition::Most(variant(name)?, known))
            }
            ["turns"] => Ok(Condition::Turns),
            ["stays"] => Ok(Condition::Stays),
            ["claim", verdict] if experiment.claim.is_some() => match verdict {
                "holds" => Ok(Condition::Claim(Holding::Holds)),
                "fails" => Ok(Condition::Claim(Holding::DoesNotHold)),
                "depends" => Ok(Condition::Claim(Holding::UnderConditions)),
                _ => Err(format!("a claim `holds`, `fails` or `depends`; `{verdict}` is none of them")),
            },
            ["claim", _] => Err("the experiment makes no claim; give it a `[claim]`".to_owned()),
            _ => Err(format!("`{text}` is no condition; datasets/README.md lists them")),
        }
    }

    /// Whether it was measured; `None` where that cannot be told.
    pub(super) fn holds(&self, outcome: &Outcome) -> Option<bool> {
        let variants = outcome.variants.as_slice();
        let find = |name: &String| variants.iter().find(|variant| variant.name == *name);
        let agreement = |name: &String| find(name).map(|variant| &variant.agreement);
        match self {
            Condition::Fastest(name) => {
                let best = unbeaten(variants);
                let among = best.iter().any(|index| variants[*index].name == *name);
                match best.len() {
                    0 => None,
                    1 => Some(among),
                    _ => (!among).then_some(false),
                }
            }
            Condition::Slowest(name) => slowest(variants, name),
            Condition::Tied => match unbeaten(variants).len() {
                0 => None,
                best => Some(best > 1),
            },
            Condition::Queries(name, wanted) => Some(find(name)?.counts?.queries == *wanted),
            Condition::Rows(name, wanted) => Some(find(name)?.counts?.rows == *wanted),
            Condition::Raises(name, wanted) => agreement(name)
                .map(|agreement| matches!(agreement, Agreement::Raises { error } if error.type_name.name() == wanted)),
            Condition::Wrong(name) => agreement(name).map(|agreement| matches!(agreement, Agreement::Different { .. })),
            Condition::Same(name) => {
                agreement(name).map(|agreement| matches!(agreement, Agreement::Same | Agreement::Baseline))
            }
            Condition::Most(name, band) => Some(time::largest(find(name)?)? == *band),
            Condition::Turns => turns(outcome),
            Condition::Stays => turns(outcome).map(|turns| !turns),
            Condition::Claim(wanted) => {
                let holding = judge(outcome.experiment.claim.as_ref()?, outcome).holding;
                (holding != Holding::Open).then_some(holding == *wanted)
            }
        }
    }
}

/// Whether the rounds tell it from every other one, and it takes longer than each.
fn slowest(variants: &[VariantOutcome], name: &str) -> Option<bool> {
    let one = variants.iter().position(|variant| variant.name == *name)?;
    let apart = told_apart(variants);
    let mean = |index: usize| time::means(&variants[index]).map(|(_, whole)| whole);
    let mine = mean(one)?;
    let others = (0..variants.len()).filter(|other| *other != one && mean(*other).is_some());
    let mut slower = Vec::new();
    for other in others {
        slower.push(apart[one][other]? && mine > mean(other)?);
    }
    (!slower.is_empty()).then(|| slower.iter().all(|slower| *slower))
}

/// Whether along some sweep one variant that nothing beat is beaten further on by one that it beat.
fn turns(outcome: &Outcome) -> Option<bool> {
    let regions: Vec<_> = outcome.sweeps.iter().map(winners).filter(|regions| !regions.is_empty()).collect();
    let apart = |regions: &Vec<fetchscope_engine::stats::crossover::Region>| {
        let first = &regions[0].best;
        regions.iter().any(|region| region.best.iter().all(|best| !first.contains(best)))
    };
    (!regions.is_empty()).then(|| regions.iter().any(apart))
}

/// Words, and what stands between quotation marks as one.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in text.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Condition, String> {
        let experiment = "version = 1\nsource = \"sample:citizenapp\"\n[endpoint]\nroot = \"User\"\n\
            [variants.lazy]\n[variants.\"by join\"]\n[claim]\nsays = \"so\"\nno_winner = true\n";
        Condition::read(text, &Experiment::from_toml(experiment).unwrap())
    }

    #[test]
    fn every_condition_can_be_written() {
        let name = || "by join".to_owned();
        assert_eq!(read("fastest \"by join\""), Ok(Condition::Fastest(name())));
        assert_eq!(read("slowest \"by join\""), Ok(Condition::Slowest(name())));
        assert_eq!(read("queries \"by join\" = 3"), Ok(Condition::Queries(name(), 3)));
        assert_eq!(read("rows \"by join\" = 4"), Ok(Condition::Rows(name(), 4)));
        assert_eq!(read("raises \"by join\" MissingGreenlet"), Ok(Condition::Raises(name(), "MissingGreenlet".into())));
        assert_eq!(read("wrong \"by join\""), Ok(Condition::Wrong(name())));
        assert_eq!(read("same \"by join\""), Ok(Condition::Same(name())));
        assert_eq!(read("most \"by join\" \"pool wait\""), Ok(Condition::Most(name(), "pool wait")));
        assert_eq!((read("tied"), read("turns")), (Ok(Condition::Tied), Ok(Condition::Turns)));
        assert_eq!(
            (read("stays"), read("claim fails")),
            (Ok(Condition::Stays), Ok(Condition::Claim(Holding::DoesNotHold)))
        );
        assert!(read("most lazy waiting").unwrap_err().contains("pool wait"));
        assert!(read("claim maybe").unwrap_err().contains("`maybe`"));
    }
}
