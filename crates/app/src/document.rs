//! The open work and the experiment it stands for, one made from the other.

use crate::error::AppError;
use crate::wire::{ConditionsDoc, EndpointDoc, ExperimentDoc, ReadDoc, VariantDoc, WireStrategy, WorkloadDoc};
use fetchscope_engine::plan::document::{FilterDocument, Mode, SessionKind};
use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};
use fetchscope_experiment::spec::{Conditions, Expectation, Experiment, Limits, Pool, Variant, Workload};
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
    let WorkloadDoc { concurrency, requests, warmup, rounds, pool_size, pool_overflow, pool_timeout_s } = doc.workload;
    let ConditionsDoc { rtt_ms, jitter_ms, transaction, statement_cache } = doc.conditions;
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
            warmup,
            rounds,
            pool: Pool { size: pool_size, overflow: pool_overflow, timeout: pool_timeout_s },
            ..Workload::default()
        },
        conditions: Conditions { rtt_ms, jitter_ms, transaction, statement_cache, session: SessionKind::Sync },
        limits: Limits::default(),
        sweep: Vec::new(),
        claim: None,
    })
}

/// The endpoint of the open work.
pub fn endpoint(doc: &EndpointDoc) -> Result<Endpoint, AppError> {
    let filter: FilterDocument = serde_json::from_value(doc.filter.clone())
        .map_err(|error| AppError::Input(format!("the endpoint's filter cannot be used: {error}")))?;
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
    Variant { expect: Expectation::Same, strategies }
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
    let Workload { concurrency, requests, warmup, rounds, pool, .. } = &experiment.workload;
    let Conditions { rtt_ms, jitter_ms, transaction, statement_cache, session: _ } = experiment.conditions;
    Ok(ExperimentDoc {
        source: experiment.source.clone(),
        seed: u32::try_from(experiment.seed).unwrap_or(u32::MAX),
        baseline: baseline.unwrap_or_default(),
        endpoint: endpoint_doc(&experiment.endpoint)?,
        variants,
        workload: WorkloadDoc {
            concurrency: *concurrency,
            requests: requests.unwrap_or(100),
            warmup: *warmup,
            rounds: *rounds,
            pool_size: pool.size,
            pool_overflow: pool.overflow,
            pool_timeout_s: pool.timeout,
        },
        conditions: ConditionsDoc { rtt_ms, jitter_ms, transaction, statement_cache },
    })
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
