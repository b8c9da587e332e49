//! A program with what its requests share.

use super::{Circumstances, Meter, ServeError, Served};
use crate::database::Session;
use crate::error::DatabaseError;
use crate::{postgres, sqlite};
use fetchscope_engine::graph::response::{Arrangement, ResponseShape};
use fetchscope_engine::load::{Loaded, Loader, LoaderError, StatementCache};
use fetchscope_engine::plan::Program;
use std::sync::Arc;

/// A program with what its requests share.
#[derive(Debug)]
pub struct Prepared {
    program: Arc<Program>,
    statements: Arc<StatementCache>,
    shape: ResponseShape,
}

impl Prepared {
    /// Makes a program ready to be served.
    #[must_use]
    pub fn new(program: Arc<Program>) -> Prepared {
        let shape = ResponseShape::of(&program);
        Prepared { program, statements: Arc::default(), shape }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Another program that differs in its parameters only, and so sends the same statements.
    #[must_use]
    pub fn with(&self, program: Arc<Program>) -> Prepared {
        let shape = ResponseShape::of(&program);
        Prepared { program, statements: self.statements.clone(), shape }
    }

    /// The response of a served request in its canonical form, as long as it is to go on; nothing after an error.
    pub fn canonical(&self, loaded: &Loaded, go_on: &dyn Fn() -> bool) -> Result<Option<Vec<u8>>, DatabaseError> {
        let Some(roots) = loaded.roots.as_ref().filter(|_| loaded.error.is_none()) else { return Ok(None) };
        // It has as many bytes as the response, which was short enough.
        let written = self.shape.write_while(&loaded.graph, roots, Arrangement::Canonical, usize::MAX, go_on);
        written.map(Some).map_err(|_| DatabaseError::Cancelled)
    }

    /// The response of the first few roots only, and how many were left out; `None` after an error.
    #[must_use]
    pub fn excerpt(&self, loaded: &Loaded, at_most: usize) -> Option<(Vec<u8>, usize)> {
        let roots = loaded.roots.as_ref().filter(|_| loaded.error.is_none())?;
        let shown = roots.len().min(at_most);
        let bytes = self.shape.write(&loaded.graph, &roots[..shown], Arrangement::AsReturned);
        Some((bytes, roots.len() - shown))
    }

    /// Serves one request.
    pub fn serve(&self, session: &Session, how: &mut Circumstances<'_>) -> Result<Served, ServeError> {
        let mut meter = Meter::start(how);
        let mut loader = Loader::new(self.program.clone(), self.statements.clone());
        let loaded = match session {
            Session::Sqlite(session) => sqlite::drive(session, &mut meter, &mut loader),
            Session::Postgres(session) => postgres::drive(session, &mut meter, &mut loader),
        };
        drop(loader);
        let loaded = loaded.map_err(|error| meter.explained(error))?.ok_or(LoaderError::NotAnswered)?;
        meter.write(loaded, &self.shape)
    }
}
