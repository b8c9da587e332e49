//! Reading an experiment's file, and what must hold before anything runs.

use crate::spec::POLYMORPHIC;
use crate::spec::{Axis, Experiment, Lane, Sweep, Tenants};
use fetchscope_engine::plan::document::Strategy;
use thiserror::Error;

/// Most requests in flight at once.
pub const MAX_CONCURRENCY: u32 = 200;

/// Most values of a sweep.
const MOST_VALUES: usize = 50;

/// What is wrong with an experiment, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExperimentError {
    /// The file is not a valid experiment.
    #[error("line {line}: {message}")]
    Syntax {
        /// Line in the file, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// A value is out of bounds.
    #[error("`{key}` is {value}, but {bounds}")]
    OutOfBounds {
        /// Where it stands.
        key: &'static str,
        /// What it says.
        value: String,
        /// What it may say.
        bounds: String,
    },
    /// Names that do not fit together.
    #[error("{0}")]
    Inconsistent(String),
}

/// What serde says of a word that is none of those it may be, without calling it a variant: here that is a way of loading.
#[must_use]
pub fn without_variants(message: &str) -> String {
    match message.split_once("unknown variant `").and_then(|(before, rest)| Some((before, rest.split_once("`, ")?))) {
        Some((before, (word, rest))) => format!("{before}`{word}` is not known here, {rest}"),
        None => message.to_owned(),
    }
}

impl Experiment {
    /// Reads the TOML form.
    pub fn from_toml(text: &str) -> Result<Experiment, ExperimentError> {
        let experiment: Experiment = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
            ExperimentError::Syntax { line, message: without_variants(error.message()).replace('\n', "; ") }
        })?;
        experiment.check()?;
        Ok(experiment)
    }

    /// The TOML form.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// Name of the variant the others are compared with.
    #[must_use]
    pub fn baseline_name(&self) -> Option<&str> {
        self.baseline.as_deref().or_else(|| self.variants.keys().next().map(String::as_str))
    }

    /// Checks what a file's syntax cannot.
    pub fn check(&self) -> Result<(), ExperimentError> {
        let workload = &self.workload;
        let out = |key, value: &dyn std::fmt::Display, bounds: &str| {
            Err(ExperimentError::OutOfBounds { key, value: value.to_string(), bounds: bounds.to_owned() })
        };
        if self.version != 1 {
            return out("version", &self.version, "this Fetchscope reads version 1; a newer one may have written it");
        }
        if self.variants.is_empty() {
            return Err(ExperimentError::Inconsistent(
                "the experiment has no variants; add a `[variants.NAME]` table for each way of loading".to_owned(),
            ));
        }
        self.check_subject()?;
        if !self.lanes.contains(&Lane::Native) {
            return Err(ExperimentError::Inconsistent(
                "`lanes` has no `native`, which every other lane is compared with; write `lanes = [\"native\", \"sqlalchemy\"]`"
                    .to_owned(),
            ));
        }
        if !(1..=MAX_CONCURRENCY).contains(&workload.concurrency) {
            return out("workload.concurrency", &workload.concurrency, "it must be between 1 and 200 requests at once");
        }
        if workload.requests == Some(0) {
            return out("workload.requests", &0, "at least 1 request must be measured");
        }
        match workload.seconds {
            Some(_) if workload.requests.is_some() => {
                return Err(ExperimentError::Inconsistent(
                    "`workload` says both `requests` and `seconds`; keep one of the two".to_owned(),
                ));
            }
            Some(seconds) if !(seconds > 0.0 && seconds <= 3600.0) => {
                return out("workload.seconds", &seconds, "it must be above 0 and at most 3600");
            }
            Some(_) | None => {}
        }
        if !(1..=1000).contains(&workload.rounds) {
            return out("workload.rounds", &workload.rounds, "it must be between 1 and 1000");
        }
        let connections = workload.pool.size.saturating_add(workload.pool.overflow);
        if !(1..=1000).contains(&connections) {
            return out(
                "workload.pool",
                &connections,
                "size and overflow together must be between 1 and 1000 connections",
            );
        }
        if !(workload.pool.timeout >= 0.0 && workload.pool.timeout <= 3600.0) {
            return out("workload.pool.timeout", &workload.pool.timeout, "it must be between 0 and 3600 seconds");
        }
        if let Some(rate) = workload.rate.filter(|rate| !(*rate > 0.0 && *rate <= 100_000.0)) {
            return out("workload.rate", &rate, "it must be above 0 and at most 100 000 requests a second");
        }
        let limits = &self.limits;
        if limits.rows == 0 || limits.bytes == 0 {
            return out("limits", &0, "a request must be allowed at least 1 row and 1 byte");
        }
        if !(limits.seconds > 0.0 && limits.seconds <= 3600.0) {
            return out("limits.seconds", &limits.seconds, "it must be above 0 and at most 3600");
        }
        for (key, value) in
            [("conditions.rtt_ms", self.conditions.rtt_ms), ("conditions.jitter_ms", self.conditions.jitter_ms)]
        {
            if !(0.0..=10_000.0).contains(&value) {
                return out(key, &value, "it must be between 0 and 10 000 milliseconds");
            }
        }
        self.check_names()?;
        self.check_claim()?;
        self.sweep.iter().try_for_each(|sweep| self.check_sweep(sweep))
    }

    /// Either a source and an endpoint, or an application and a request.
    fn check_subject(&self) -> Result<(), ExperimentError> {
        let wrong = |what: &str| Err(ExperimentError::Inconsistent(what.to_owned()));
        let has_source = !self.source.is_empty() || !self.endpoint.root.is_empty();
        let (application, request) = match (&self.application, &self.request) {
            (None, None) if self.source.is_empty() => {
                return wrong(
                    "the experiment has no `source`; write `source = \"sample:citizenapp\"`, or `[application]`",
                );
            }
            (None, None) if self.endpoint.root.is_empty() => {
                return wrong("the experiment has no `[endpoint]` with a `root`, the class it loads");
            }
            (None, None) => return Ok(()),
            (Some(_), Some(_)) if has_source => {
                return wrong("an `[application]` has a database of its own; take `source` and `[endpoint]` out");
            }
            (Some(application), Some(request)) => (application, request),
            (Some(_), None) => return wrong("`[application]` needs a `[request]`, as `path = \"/users\"`"),
            (None, Some(_)) => return wrong("`[request]` needs an `[application]`, as `import = \"app.main:app\"`"),
        };
        match (&application.import, &request.path, &request.call) {
            (_, Some(_), Some(_)) => return wrong("`[request]` has both `path` and `call`; keep one of the two"),
            (_, None, None) => return wrong("`[request]` needs a `path`, or a function to `call`"),
            (None, Some(_), None) => return wrong("`[application]` needs an `import`, as `import = \"app.main:app\"`"),
            (Some(_), Some(_), None) | (_, None, Some(_)) => {}
        }
        if self.is_run_in_sqlalchemy() {
            return wrong("an `[application]` runs in its own SQLAlchemy; take `lanes` out");
        }
        if self.workload.tenants != Tenants::One {
            return wrong("an `[application]` is asked one request; take `tenants` out of `[workload]`");
        }
        let fixed = |axis: Axis| matches!(axis, Axis::PageSize | Axis::TenantSize);
        if let Some(sweep) = self.sweep.iter().find(|sweep| fixed(sweep.over)) {
            let over = sweep.over.name();
            return wrong(&format!(
                "a sweep over `{over}` needs an endpoint of a mapping; an `[application]` has its own query"
            ));
        }
        for (name, variant) in &self.variants {
            if let Some((path, strategy)) = variant.strategies.iter().find(|(_, strategy)| !is_option(**strategy)) {
                let strategy = strategy.name();
                return wrong(&format!(
                    "the variant `{name}` loads `{path}` with `{strategy}`, which no loader option does"
                ));
            }
        }
        Ok(())
    }

    fn check_sweep(&self, sweep: &Sweep) -> Result<(), ExperimentError> {
        let over = sweep.over.name();
        let wrong = |what: &str| Err(ExperimentError::Inconsistent(format!("the sweep over `{over}` {what}")));
        if !(1..=MOST_VALUES).contains(&sweep.values.len()) {
            return wrong("needs between 1 and 50 `values`");
        }
        if sweep.values.windows(2).any(|two| two[0] >= two[1]) {
            return wrong("wants its `values` ascending, each once");
        }
        let whole = sweep.values.iter().all(|value| value.fract() == 0.0 && (1.0..=1e9).contains(value));
        match sweep.over {
            Axis::Concurrency | Axis::PageSize | Axis::TenantSize if !whole => wrong("wants whole `values` from 1 on"),
            Axis::Concurrency | Axis::PageSize | Axis::TenantSize | Axis::RttMs => {
                sweep.values.iter().try_for_each(|value| self.at(sweep.over, *value).check())
            }
        }
    }

    fn check_claim(&self) -> Result<(), ExperimentError> {
        let Some(claim) = &self.claim else { return Ok(()) };
        let wrong = |what: String| Err(ExperimentError::Inconsistent(what));
        let kinds = [claim.faster.is_some(), claim.no_winner, claim.fewest_not_fastest];
        if kinds.iter().filter(|kind| **kind).count() != 1 {
            return wrong("`claim` wants just one of `faster`, `no_winner` and `fewest_not_fastest`".to_owned());
        }
        match claim.faster.iter().chain(&claim.than).find(|name| !self.variants.contains_key(*name)) {
            Some(name) => wrong(format!(
                "the claim is about `{name}`, but no variant has that name; there are {}",
                listed(self.variants.keys())
            )),
            None => Ok(()),
        }
    }

    fn check_names(&self) -> Result<(), ExperimentError> {
        if let Some(baseline) = self.baseline.as_ref().filter(|name| !self.variants.contains_key(*name)) {
            return Err(ExperimentError::Inconsistent(format!(
                "the baseline is `{baseline}`, but no variant has that name; there are {}",
                listed(self.variants.keys())
            )));
        }
        if self.application.is_some() {
            // What its queries are is known once it was asked.
            return Ok(());
        }
        let paths = self.endpoint.paths();
        for (name, variant) in &self.variants {
            if let Some(query) = variant.polymorphic.first() {
                return Err(ExperimentError::Inconsistent(format!(
                    "the variant `{name}` loads `{query}` with {POLYMORPHIC}, which only an application's query can be"
                )));
            }
            if let Some(path) = variant.strategies.keys().find(|path| !paths.contains(path)) {
                return Err(ExperimentError::Inconsistent(format!(
                    "the variant `{name}` names `{path}`, which the endpoint does not have; it has {}",
                    listed(&paths)
                )));
            }
        }
        Ok(())
    }
}

/// Whether a strategy can be given to a query of an application from outside.
fn is_option(strategy: Strategy) -> bool {
    match strategy {
        Strategy::Select
        | Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::Selectin
        | Strategy::Subquery
        | Strategy::Immediate
        | Strategy::Raise
        | Strategy::Noload => true,
        Strategy::Default
        | Strategy::JoinedInnerUnnested
        | Strategy::RaiseOnSql
        | Strategy::ContainsEager
        | Strategy::Bulk
        | Strategy::JsonAgg => false,
    }
}

fn listed<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
version = 1
source = "sample:citizenapp"

[endpoint]
root = "User"
relationships = [{ name = "organization" }]

[variants.lazy]
[variants.in_list]
"organization" = "selectin"
[variants.another]
expect = "differs"
"organization" = "noload"
"#;

    #[test]
    fn variants_keep_their_order_and_survive_a_round_trip() {
        let experiment = Experiment::from_toml(GOOD).unwrap();
        assert_eq!(experiment.variants.keys().collect::<Vec<_>>(), ["lazy", "in_list", "another"]);
        assert_eq!(experiment.baseline_name(), Some("lazy"));
        assert_eq!(Experiment::from_toml(&experiment.to_toml().unwrap()).unwrap(), experiment);
    }

    fn error(edit: impl FnOnce(&str) -> String) -> String {
        Experiment::from_toml(&edit(GOOD)).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_the_place() {
        let strategy = error(|text| text.replace("\"selectin\"", "\"selectn\""));
        assert!(strategy.starts_with("line 11: `selectn` is not known here, expected one of `default`"), "{strategy}");
        let key = error(|text| format!("{text}\n[workload]\nconcurency = 3\n"));
        assert!(key.starts_with("line 17: unknown field `concurency`"), "{key}");
        assert_eq!(
            error(|text| format!("{text}\n[workload]\nconcurrency = 0\n")),
            "`workload.concurrency` is 0, but it must be between 1 and 200 requests at once"
        );
        assert_eq!(
            error(|text| text.replace("\"organization\" = \"selectin\"", "\"org\" = \"selectin\"")),
            "the variant `in_list` names `org`, which the endpoint does not have; it has `organization`"
        );
    }
}
