//! The open work and the experiment it stands for, one made from the other.

use crate::error::AppError;
use crate::wire::{
    ConditionsDoc, EndpointDoc, ExperimentDoc, ReadDoc, SweepDoc, VariantDoc, WireStrategy, WireTenants, WorkloadDoc,
};
use fetchscope_engine::plan::document::{FilterDocument, Mode, SessionKind};
use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};
use fetchscope_experiment::spec::{
    Conditions, Expectation, Experiment, Lane, Limits, Pool, Sweep, Tenants, Variant, Workload,
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
    let baseline = doc.variants.iter().find(|variant| variant.id == doc.baseline).map(|variant| variant.name.clone());
    let WorkloadDoc {
        concurrency,
        requests,
        rate,
        tenants,
        ref tenant_column,
        warmup,
        rounds,
        pool_size,
        pool_overflow,
        pool_timeout_s,
    } = doc.workload;
    let ConditionsDoc { rtt_ms, jitter_ms, transaction, statement_cache, asynchronous } = doc.conditions;
    Ok(Experiment {
        version: 1,
        source: doc.source.clone(),
        mapping: None,
        seed: doc.seed.into(),
        baseline,
        endpoint: endpoint(&doc.endpoint)?,
        variants,
        workload: Workload {
            concurrency,
            requests: Some(requests),
            seconds: None,
            rate,
            warmup,
            rounds,
            tenants: tenants.into(),
            tenant_column: tenant_column.clone().filter(|column| !column.trim().is_empty()),
            pool: Pool { size: pool_size, overflow: pool_overflow, timeout: pool_timeout_s },
        },
        conditions: Conditions { rtt_ms, jitter_ms, transaction, statement_cache, session: session(asynchronous) },
        limits: Limits::default(),
        lanes: if doc.in_sqlalchemy { vec![Lane::Native, Lane::Sqlalchemy] } else { vec![Lane::Native] },
        sweep: doc.sweeps.iter().map(sweep).collect(),
        application: None,
        request: None,
        claim: None,
    })
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
pub(crate) fn filter(filter: &serde_json::Value) -> Result<FilterDocument, AppError> {
    serde_json::from_value(filter.clone())
        .map_err(|error| AppError::Input(format!("the endpoint's filter cannot be used: {error}")))
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
    Variant { expect: Expectation::Same, strategies, polymorphic: Vec::new() }
}

/// The open work that an experiment stands for.
pub fn doc(experiment: &Experiment) -> Result<ExperimentDoc, AppError> {
    let variants: Vec<VariantDoc> = experiment
        .variants
        .iter()
        .enumerate()
        .map(|(index, (name, variant))| VariantDoc {
            id: format!("v{}", index + 1),
            name: name.clone(),
            strategies: variant
                .strategies
                .iter()
                .filter_map(|(path, strategy)| Some((path.clone(), WireStrategy::of(*strategy)?)))
                .collect(),
        })
        .collect();
    let baseline = variants
        .iter()
        .find(|variant| Some(variant.name.as_str()) == experiment.baseline_name())
        .map(|variant| variant.id.clone());
    let Workload { concurrency, requests, seconds: _, rate, warmup, rounds, tenants, tenant_column, pool } =
        &experiment.workload;
    let Conditions { rtt_ms, jitter_ms, transaction, statement_cache, session } = experiment.conditions;
    let asynchronous = session == SessionKind::Async;
    Ok(ExperimentDoc {
        source: experiment.source.clone(),
        mapping: Vec::new(),
        seed: u32::try_from(experiment.seed).unwrap_or(u32::MAX),
        baseline: baseline.unwrap_or_default(),
        endpoint: endpoint_doc(&experiment.endpoint)?,
        variants,
        workload: WorkloadDoc {
            concurrency: *concurrency,
            requests: requests.unwrap_or(100),
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
        in_sqlalchemy: experiment.is_run_in_sqlalchemy(),
    })
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
        filter: serde_json::to_value(&endpoint.filter).map_err(written)?,
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
    fn work_kept_before_there_were_sweeps_opens() {
        let mut kept = serde_json::to_value(doc(&Experiment::from_toml(SWEPT).unwrap()).unwrap()).unwrap();
        for later in ["sweeps", "in_sqlalchemy"] {
            kept.as_object_mut().unwrap().remove(later);
        }
        for later in ["rate", "tenants", "tenant_column"] {
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
