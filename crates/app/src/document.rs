//! The open work and the experiment it stands for, one made from the other. Nothing is lost on the way: work that is opened
//! and run is what its file says.

use crate::error::AppError;
use crate::wire::{
    ClaimDoc, ConditionsDoc, EndpointDoc, ExperimentDoc, LimitsDoc, ReadDoc, SweepDoc, VariantDoc, WireLane,
    WireTenants, WorkloadDoc,
};
use fetchscope_engine::plan::document::{FilterDocument, Mode, SessionKind};
use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};
use fetchscope_experiment::spec::{
    Claim, Conditions, Expectation, Experiment, Lane, Limits, Pool, Sweep, Tenants, Variant, Workload,
};
use indexmap::IndexMap;

/// The experiment that the open work stands for.
pub fn experiment(doc: &ExperimentDoc) -> Result<Experiment, AppError> {
    let mut variants: IndexMap<String, Variant> = IndexMap::new();
    for variant in &doc.variants {
        if variant.name.trim().is_empty() {
            return Err(AppError::Input("a variant has no name; give it one".to_owned()));
        }
        if variants.insert(variant.name.clone(), self::variant(variant)).is_some() {
            return Err(AppError::Input(format!("two variants are called `{}`; rename one of them", variant.name)));
        }
    }
    let ConditionsDoc { rtt_ms, jitter_ms, transaction, statement_cache, asynchronous } = doc.conditions;
    Ok(Experiment {
        version: 1,
        source: doc.source.clone(),
        mapping: doc.mapping_file.clone(),
        seed: doc.seed,
        baseline: doc.baseline.as_deref().and_then(|id| name_of(doc, id)),
        lanes: doc.lanes.iter().map(|lane| (*lane).into()).collect(),
        endpoint: endpoint(&doc.endpoint)?,
        variants,
        workload: workload(&doc.workload),
        conditions: Conditions { rtt_ms, jitter_ms, transaction, statement_cache, session: session(asynchronous) },
        limits: Limits { rows: doc.limits.rows, bytes: doc.limits.bytes, seconds: doc.limits.seconds },
        sweep: doc.sweeps.iter().map(sweep).collect(),
        application: None,
        request: None,
        claim: doc.claim.as_ref().and_then(|claim| self::claim(doc, claim)),
    })
}

fn name_of(doc: &ExperimentDoc, id: &str) -> Option<String> {
    doc.variants.iter().find(|variant| variant.id == id).map(|variant| variant.name.clone())
}

fn workload(doc: &WorkloadDoc) -> Workload {
    Workload {
        concurrency: doc.concurrency,
        requests: doc.requests,
        seconds: doc.seconds,
        rate: doc.rate,
        warmup: doc.warmup,
        rounds: doc.rounds,
        tenants: doc.tenants.into(),
        tenant_column: doc.tenant_column.clone(),
        pool: Pool { size: doc.pool_size, overflow: doc.pool_overflow, timeout: doc.pool_timeout_s },
    }
}

/// A claim of the open work; none where the variants that it is about were deleted.
fn claim(doc: &ExperimentDoc, claim: &ClaimDoc) -> Option<Claim> {
    let faster = match &claim.faster {
        Some(id) => Some(name_of(doc, id)?),
        None => None,
    };
    let than: Vec<String> = claim.than.iter().filter_map(|id| name_of(doc, id)).collect();
    // Faster than those is not faster than all others.
    let is_about_nobody = than.is_empty() && !claim.than.is_empty();
    let ClaimDoc { no_winner, fewest_not_fastest, .. } = *claim;
    (!is_about_nobody).then(|| Claim { says: claim.says.clone(), faster, than, no_winner, fewest_not_fastest })
}

/// The session of the open work.
pub(crate) fn session(asynchronous: bool) -> SessionKind {
    if asynchronous { SessionKind::Async } else { SessionKind::Sync }
}

/// A sweep of the open work; values written by hand are put in order.
fn sweep(doc: &SweepDoc) -> Sweep {
    let mut values = doc.values.clone();
    values.sort_by(f64::total_cmp);
    values.dedup();
    Sweep { over: doc.over.into(), values }
}

/// A filter of the open work.
pub(crate) fn filter(filter: &IndexMap<String, serde_json::Value>) -> Result<FilterDocument, AppError> {
    // By way of its text, in which columns keep their order: statements name them in it.
    let read = serde_json::to_string(filter).and_then(|text| serde_json::from_str(&text));
    read.map_err(|error| AppError::Input(format!("the endpoint's filter cannot be used: {error}")))
}

/// A filter as the window keeps it.
pub(crate) fn filter_doc(filter: &FilterDocument) -> Result<IndexMap<String, serde_json::Value>, AppError> {
    let written = serde_json::to_string(filter).and_then(|text| serde_json::from_str(&text));
    written.map_err(|error| AppError::Internal(format!("a filter cannot be written: {error}")))
}

/// The endpoint of the open work.
pub fn endpoint(doc: &EndpointDoc) -> Result<Endpoint, AppError> {
    let filter = filter(&doc.filter)?;
    let mode: Mode = serde_json::from_value(doc.mode.clone().into())
        .map_err(|_| AppError::Input(format!("`{}` is not a mode; use list, one, first or get", doc.mode)))?;
    fn reads(docs: &[ReadDoc]) -> Vec<ReadNode> {
        let one = |doc: &ReadDoc| ReadNode {
            name: doc.name.clone(),
            accessed: doc.accessed,
            relationships: reads(&doc.relationships),
        };
        docs.iter().map(one).collect()
    }
    Ok(Endpoint {
        name: doc.name.clone(),
        root: doc.root.clone(),
        mode,
        filter,
        relationships: reads(&doc.relationships),
    })
}

/// One variant of the open work.
#[must_use]
pub fn variant(doc: &VariantDoc) -> Variant {
    let strategies = doc.strategies.iter().map(|(path, strategy)| (path.clone(), (*strategy).into())).collect();
    let expect = if doc.differs { Expectation::Differs } else { Expectation::Same };
    Variant { expect, strategies, polymorphic: Vec::new() }
}

/// The open work that an experiment stands for.
pub fn doc(experiment: &Experiment) -> Result<ExperimentDoc, AppError> {
    if experiment.application.is_some() {
        let words = "this is an experiment with your own application, which the window does not open yet; `fetchscope run` \
                     runs it, and nothing of it was imported";
        return Err(AppError::Input(words.to_owned()));
    }
    let variants = experiment.variants.iter().enumerate().map(|(index, (name, variant))| VariantDoc {
        id: id(index),
        name: name.clone(),
        differs: variant.expect == Expectation::Differs,
        strategies: variant.strategies.iter().map(|(path, strategy)| (path.clone(), (*strategy).into())).collect(),
    });
    let Workload { concurrency, requests, seconds, rate, warmup, rounds, tenants, tenant_column, pool } =
        &experiment.workload;
    let Conditions { rtt_ms, jitter_ms, transaction, statement_cache, session } = experiment.conditions;
    let asynchronous = session == SessionKind::Async;
    let Limits { rows, bytes, seconds: longest } = experiment.limits;
    Ok(ExperimentDoc {
        source: experiment.source.clone(),
        mapping_file: experiment.mapping.clone(),
        mapping: Vec::new(),
        seed: experiment.seed,
        baseline: experiment.baseline.as_deref().map(|name| id_of(experiment, name)).transpose()?,
        endpoint: endpoint_doc(&experiment.endpoint)?,
        variants: variants.collect(),
        workload: WorkloadDoc {
            concurrency: *concurrency,
            requests: *requests,
            seconds: *seconds,
            rate: *rate,
            tenants: WireTenants::of(*tenants),
            tenant_column: tenant_column.clone(),
            warmup: *warmup,
            rounds: *rounds,
            pool_size: pool.size,
            pool_overflow: pool.overflow,
            pool_timeout_s: pool.timeout,
        },
        conditions: ConditionsDoc { rtt_ms, jitter_ms, transaction, statement_cache, asynchronous },
        sweeps: experiment
            .sweep
            .iter()
            .map(|sweep| SweepDoc { over: sweep.over.into(), values: sweep.values.clone() })
            .collect(),
        lanes: experiment.lanes.iter().map(|lane| (*lane).into()).collect(),
        limits: LimitsDoc { rows, bytes, seconds: longest },
        claim: experiment.claim.as_ref().map(|claim| claim_doc(experiment, claim)).transpose()?,
    })
}

/// What the variant at a place is called while it is open.
fn id(index: usize) -> String {
    format!("v{}", index + 1)
}

fn id_of(experiment: &Experiment, name: &str) -> Result<String, AppError> {
    let index = experiment.variants.get_index_of(name);
    index.map(id).ok_or_else(|| AppError::Input(format!("the experiment names the variant `{name}`, but has none")))
}

fn claim_doc(experiment: &Experiment, claim: &Claim) -> Result<ClaimDoc, AppError> {
    let Claim { says, faster, than, no_winner, fewest_not_fastest } = claim;
    Ok(ClaimDoc {
        says: says.clone(),
        faster: faster.as_deref().map(|name| id_of(experiment, name)).transpose()?,
        than: than.iter().map(|name| id_of(experiment, name)).collect::<Result<_, _>>()?,
        no_winner: *no_winner,
        fewest_not_fastest: *fewest_not_fastest,
    })
}

impl Default for LimitsDoc {
    fn default() -> Self {
        let Limits { rows, bytes, seconds } = Limits::default();
        LimitsDoc { rows, bytes, seconds }
    }
}

impl From<WireLane> for Lane {
    fn from(lane: WireLane) -> Self {
        match lane {
            WireLane::Native => Lane::Native,
            WireLane::Sqlalchemy => Lane::Sqlalchemy,
        }
    }
}

impl From<Lane> for WireLane {
    fn from(lane: Lane) -> Self {
        match lane {
            Lane::Native => WireLane::Native,
            Lane::Sqlalchemy => WireLane::Sqlalchemy,
        }
    }
}

impl From<WireTenants> for Tenants {
    fn from(tenants: WireTenants) -> Self {
        match tenants {
            WireTenants::One => Tenants::One,
            WireTenants::RoundRobin => Tenants::RoundRobin,
            WireTenants::BySize => Tenants::BySize,
        }
    }
}

impl WireTenants {
    /// As the window offers it; the nearest tenant of a sweep's point is chosen by the sweep alone.
    fn of(tenants: Tenants) -> WireTenants {
        match tenants {
            Tenants::One | Tenants::Nearest(_) => WireTenants::One,
            Tenants::RoundRobin => WireTenants::RoundRobin,
            Tenants::BySize => WireTenants::BySize,
        }
    }
}

/// An endpoint as the window keeps it.
pub fn endpoint_doc(endpoint: &Endpoint) -> Result<EndpointDoc, AppError> {
    fn reads(nodes: &[ReadNode]) -> Vec<ReadDoc> {
        let one = |node: &ReadNode| ReadDoc {
            name: node.name.clone(),
            accessed: node.accessed,
            relationships: reads(&node.relationships),
        };
        nodes.iter().map(one).collect()
    }
    let written = |error: serde_json::Error| AppError::Internal(format!("an endpoint cannot be written: {error}"));
    let mode = serde_json::to_value(endpoint.mode).map_err(written)?;
    Ok(EndpointDoc {
        name: endpoint.name.clone(),
        root: endpoint.root.clone(),
        mode: mode.as_str().unwrap_or("list").to_owned(),
        filter: filter_doc(&endpoint.filter)?,
        relationships: reads(&endpoint.relationships),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SWEPT: &str = r#"
version = 1
lanes = ["native", "sqlalchemy"]
source = "sample:citizenapp"
baseline = "lazy"

[endpoint]
root = "User"
relationships = [{ name = "organization" }]

[variants.lazy]
[variants.in_list]
"organization" = "selectin"

[workload]
concurrency = 4
requests = 40
rate = 12.5
tenants = "round_robin"
tenant_column = "organization.tenant_id"

[[sweep]]
over = "rtt_ms"
values = [0.0, 0.5, 2.0]
[[sweep]]
over = "tenant_size"
values = [10.0, 100.0]
"#;

    #[test]
    fn what_is_opened_is_what_is_run() {
        let opened = Experiment::from_toml(SWEPT).unwrap();
        assert_eq!(experiment(&doc(&opened).unwrap()).unwrap(), opened);
    }

    #[test]
    fn a_claim_follows_its_variants() {
        let claimed = format!("{SWEPT}[claim]\nsays = \"so\"\nfaster = \"in_list\"\nthan = [\"lazy\"]\n");
        let mut open = doc(&Experiment::from_toml(&claimed).unwrap()).unwrap();
        open.variants[1].name = "selectin".to_owned();
        let claim = experiment(&open).unwrap().claim.unwrap();
        assert_eq!((claim.faster.as_deref(), &claim.than[..]), (Some("selectin"), &["lazy".to_owned()][..]));
        for deleted in 0..2 {
            let mut left = open.clone();
            left.variants.remove(deleted);
            assert_eq!(experiment(&left).unwrap().claim, None);
        }
    }

    #[test]
    fn work_kept_before_there_were_sweeps_opens() {
        let mut kept = serde_json::to_value(doc(&Experiment::from_toml(SWEPT).unwrap()).unwrap()).unwrap();
        for later in ["sweeps", "lanes", "limits", "claim", "mapping_file"] {
            kept.as_object_mut().unwrap().remove(later);
        }
        for later in ["rate", "tenants", "tenant_column", "seconds"] {
            kept["workload"].as_object_mut().unwrap().remove(later);
        }
        let opened = experiment(&serde_json::from_value(kept).unwrap()).unwrap();
        assert_eq!((opened.sweep.len(), opened.workload.rate, opened.workload.tenants), (0, None, Tenants::One));
    }

    #[test]
    fn values_written_by_hand_are_put_in_order() {
        let mut written = doc(&Experiment::from_toml(SWEPT).unwrap()).unwrap();
        written.sweeps[0].values = vec![2.0, 0.0, 2.0];
        assert_eq!(experiment(&written).unwrap().sweep[0].values, [0.0, 2.0]);
    }
}
