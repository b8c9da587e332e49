//! What a request has taken so far, with every moment of it in one band.

use super::{Circumstances, ServeError, Served};
use crate::clock::{Clock, Stretch};
use crate::error::DatabaseError;
use crate::limits::Reached;
use fetchscope_engine::graph::Graph;
use fetchscope_engine::graph::response::{Arrangement, NotWritten, ResponseShape};
use fetchscope_engine::load::{Loaded, Request, Rows};
use fetchscope_engine::trace::{Bands, Nanos, StatementTrace};
use fetchscope_engine::value::Value;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// One request while it runs.
pub(crate) struct Meter<'a, 'b> {
    pub(crate) how: &'a mut Circumstances<'b>,
    served: Served,
    clock: Clock,
    /// The work since the last wait; `None` while waiting.
    stretch: Option<Stretch>,
    start: Instant,
    /// When the statement at hand began its travel.
    started: Nanos,
    /// The recorded statement that was answered last: the building of its objects belongs to it.
    last: usize,
}

impl<'a, 'b> Meter<'a, 'b> {
    pub(super) fn start(how: &'a mut Circumstances<'b>) -> Meter<'a, 'b> {
        let start = Instant::now();
        let served = Served {
            loaded: Loaded { graph: Graph::default(), roots: None, error: None },
            response: Vec::new(),
            query_count: 0,
            round_trips: 0,
            row_count: 0,
            byte_count: 0,
            statements: Vec::new(),
            bands: Bands::default(),
            elapsed: Nanos(0),
            tracing: Nanos(0),
        };
        Meter {
            how,
            served,
            clock: Clock::at(start),
            stretch: Some(Stretch::begin(&Bands::default())),
            start,
            started: Nanos(0),
            last: usize::MAX,
        }
    }

    /// Time since the last lap.
    pub(crate) fn lap(&mut self) -> Nanos {
        self.clock.lap()
    }

    /// Time from the last lap to a moment that was read off the clock since.
    pub(crate) fn lap_until(&mut self, moment: Instant) -> Nanos {
        self.clock.lap_until(moment)
    }

    pub(crate) fn look_whether_to_go_on(&self) -> Result<(), ServeError> {
        if self.how.cancel.load(Ordering::Relaxed) {
            return Err(DatabaseError::Cancelled.into());
        }
        let limit = self.how.limits.time;
        if self.start.elapsed() > limit { Err(Reached::Time(limit).into()) } else { Ok(()) }
    }

    /// How long it may still take.
    pub(crate) fn left(&self) -> Duration {
        self.how.limits.time.saturating_sub(self.start.elapsed())
    }

    /// A statement that nobody cancelled was stopped because its time was up.
    pub(super) fn explained(&self, error: ServeError) -> ServeError {
        let limit = self.how.limits.time;
        let cancelled = self.how.cancel.load(Ordering::Relaxed);
        match error {
            ServeError::Database(DatabaseError::Cancelled) if !cancelled && self.start.elapsed() > limit => {
                Reached::Time(limit).into()
            }
            ServeError::Database(_) | ServeError::Limit(_) | ServeError::Loader(_) => error,
        }
    }

    /// Time since the last answer went into building objects.
    pub(crate) fn hydrated(&mut self) {
        let hydrate = Bands { hydrate: self.lap(), ..Bands::default() };
        self.spend(self.last, hydrate);
    }

    /// Work ends: what follows is waiting for something outside this thread.
    pub(crate) fn wait(&mut self) {
        if let Some(stretch) = self.stretch.take() {
            stretch.end(&mut self.served.bands);
            self.served.tracing += Stretch::cost();
        }
    }

    /// Work begins again.
    pub(crate) fn work(&mut self) {
        self.stretch.get_or_insert_with(|| Stretch::begin(&self.served.bands));
    }

    /// One round trip on the injected network.
    fn network(&mut self) -> Nanos {
        if self.how.network.is_none() {
            return Nanos(0);
        }
        self.wait();
        let took = self.how.network.round_trip(self.how.cancel);
        // What passed before and after it, a core was waited for.
        let around = self.lap().0.saturating_sub(took.0);
        self.served.bands.scheduling += Nanos(around);
        self.work();
        self.aside();
        took
    }

    /// Time since the last lap in which nothing was done but looking at clocks: if it is long, a core was waited for.
    fn aside(&mut self) {
        let aside = self.lap();
        self.served.bands.scheduling += aside;
    }

    /// The way of a statement of the loader to the database and back.
    pub(crate) fn travel(&mut self) -> Result<Bands, ServeError> {
        self.started = self.start.elapsed().into();
        let bands = Bands { round_trip: self.network(), ..Bands::default() };
        self.aside();
        self.look_whether_to_go_on()?;
        Ok(bands)
    }

    /// The way of anything else that travels: BEGIN, ROLLBACK, a statement that is prepared.
    pub(crate) fn travel_besides(&mut self) {
        let took = self.network();
        self.served.bands.round_trip += took;
        self.served.round_trips += 1;
        self.aside();
    }

    /// What was executed that is no statement of the loader.
    pub(crate) fn executed(&mut self) {
        let execute = self.lap();
        self.served.bands.execute += execute;
    }

    /// Counts a statement, and records it where that is wanted; says where it stands among those recorded.
    pub(crate) fn record(&mut self, request: &Request) -> usize {
        self.served.query_count += 1;
        self.served.round_trips += 1;
        let index = self.served.statements.len();
        if self.how.record {
            self.served.statements.push(StatementTrace {
                n: u32::try_from(self.served.query_count).unwrap_or(u32::MAX),
                phase: request.phase,
                path: request.path.clone(),
                sql: request.sql.clone(),
                params: request.params.iter().map(Value::to_json).collect(),
                rows: 0,
                bytes: 0,
                started_ns: self.started,
                times_ns: Bands::default(),
                objects_before: request.objects_before,
            });
        }
        index
    }

    /// Time that a statement took.
    pub(crate) fn spend(&mut self, index: usize, bands: Bands) {
        self.served.bands += bands;
        if let Some(statement) = self.served.statements.get_mut(index) {
            statement.times_ns += bands;
        }
    }

    /// Adds rows of a statement, which have just been decoded, to the counts and to its record.
    pub(crate) fn count(&mut self, index: usize, rows: &Rows) -> Result<(), Reached> {
        let bytes = rows.values.byte_count();
        let count = rows.len() as u64;
        self.served.row_count += count;
        self.served.byte_count += bytes;
        if let Some(statement) = self.served.statements.get_mut(index) {
            statement.rows += count;
            statement.bytes += bytes;
        }
        self.last = index;
        let decode = Bands { decode: self.lap(), ..Bands::default() };
        self.spend(index, decode);
        self.how.limits.check(self.served.row_count, self.served.byte_count)
    }

    /// Objects become the response.
    pub(super) fn write(mut self, loaded: Loaded, shape: &ResponseShape) -> Result<Served, ServeError> {
        if let (Some(roots), None) = (&loaded.roots, &loaded.error) {
            let go_on = || !self.how.cancel.load(Ordering::Relaxed);
            let most = self.how.limits.bytes;
            let bytes = usize::try_from(most).unwrap_or(usize::MAX);
            let response = shape.write_while(&loaded.graph, roots, Arrangement::AsReturned, bytes, &go_on);
            self.served.response = response.map_err(|error| match error {
                NotWritten::Stopped => ServeError::from(DatabaseError::Cancelled),
                NotWritten::TooLarge => Reached::Response(most).into(),
            })?;
        }
        self.served.loaded = loaded;
        let serialize = self.lap();
        self.served.bands.serialize += serialize;
        self.wait();
        self.aside();
        self.served.tracing += self.clock.cost();
        self.served.elapsed = self.start.elapsed().into();
        Ok(self.served)
    }
}
