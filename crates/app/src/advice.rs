//! What stands out in a request.

use crate::error::AppError;
use fetchscope_drivers::database::Session;
use fetchscope_drivers::request::Served;
use fetchscope_engine::advisor::evidence::Evidence;
use fetchscope_engine::advisor::{self, Finding};
use fetchscope_engine::plan::Program;

/// The evidence of a served request whose statements were recorded; its database says which lookups have an index.
pub fn evidence(session: &Session, program: &Program, served: &Served) -> Result<Evidence, AppError> {
    let mut evidence = Evidence::of_request(program, &served.loaded, &served.statements);
    session.look_up_indexes(&mut evidence.objects.relationships)?;
    Ok(evidence)
}

/// What stands out in a served request, what matters most first.
pub fn findings(session: &Session, program: &Program, served: &Served) -> Result<Vec<Finding>, AppError> {
    Ok(advisor::advise(&evidence(session, program, served)?))
}
