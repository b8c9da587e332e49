//! One request of a plan, with its trace.

use crate::advice;
use crate::error::AppError;
use crate::source::Opened;
use fetchscope_drivers::database::Session;
use fetchscope_drivers::latency::Network;
use fetchscope_drivers::limits::Limits;
use fetchscope_drivers::request::{Circumstances, Prepared, Served};
use fetchscope_engine::advisor::Finding;
use fetchscope_engine::graph::response;
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_engine::trace::Trace;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Runs one request without an injected network, every statement recorded.
pub fn serve(opened: &Opened, session: &Session, plan: &PlanDocument) -> Result<(Prepared, Served), AppError> {
    let program = Program::resolve(opened.mapping.clone(), plan, opened.database.dialect())?;
    serve_program(session, Arc::new(program), &AtomicBool::new(false))
}

/// Runs one request of a program in the same way, until it is cancelled.
pub(crate) fn serve_program(
    session: &Session,
    program: Arc<Program>,
    cancel: &AtomicBool,
) -> Result<(Prepared, Served), AppError> {
    let prepared = Prepared::new(program);
    let mut how = Circumstances {
        network: &mut Network::none(),
        transaction: true,
        statement_cache: true,
        record: true,
        limits: Limits::default(),
        cancel,
    };
    let served = prepared.serve(session, &mut how)?;
    Ok((prepared, served))
}

/// The whole trace of one request, response included.
pub fn trace(opened: &Opened, plan: &PlanDocument) -> Result<Trace, AppError> {
    let session = opened.database.connect()?;
    let (prepared, served) = serve(opened, &session, plan)?;
    whole(&prepared, served)
}

/// The same with what stands out in it.
pub fn advised(opened: &Opened, plan: &PlanDocument) -> Result<(Trace, Vec<Finding>), AppError> {
    let session = opened.database.connect()?;
    let (prepared, served) = serve(opened, &session, plan)?;
    let findings = advice::findings(&session, prepared.program(), &served)?;
    Ok((whole(&prepared, served)?, findings))
}

fn whole(prepared: &Prepared, served: Served) -> Result<Trace, AppError> {
    let canonical = prepared.canonical(&served.loaded, &|| true)?;
    let answered = canonical.is_some();
    let response = match answered {
        true => Some(
            serde_json::from_slice(&served.response)
                .map_err(|error| AppError::Internal(format!("the response is not JSON: {error}")))?,
        ),
        false => None,
    };
    Ok(Trace {
        query_count: served.query_count,
        round_trips: served.round_trips,
        row_count: served.row_count,
        byte_count: served.byte_count,
        root_count: served.loaded.roots.as_ref().map(|roots| roots.len() as u64),
        error: served.loaded.error,
        statements: served.statements,
        response,
        hash_as_returned: answered.then(|| response::hash(&served.response)),
        hash_canonical: canonical.as_deref().map(response::hash),
        elapsed_ns: served.elapsed,
        times_ns: served.bands,
    })
}
