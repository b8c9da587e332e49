//! An open connection, and what stops a statement on it.

use super::error::PostgresError;
use super::kept::Kept;
use super::settings::Settings;
use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, Sleep, sleep};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, Client, SimpleQueryMessage, SimpleQueryRow, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The longest a statement may run unless somebody says otherwise: as long as a request may take by default.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a statement waits for another session's lock: as long as one waits for a lock of SQLite. Whoever waits in
/// a server's queue for a table makes everybody behind wait too.
pub const LOCK_TIMEOUT: Duration = Duration::from_millis(1500);

/// How long the last words to a server may take.
const FAREWELL: Duration = Duration::from_millis(200);

/// How the first connection came about; all others go the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) encryption: Encryption,
    pub(super) guard: Guard,
}

/// Whether a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// In the clear: a socket of this machine, or nobody wants more.
    Plain,
    /// With TLS.
    Tls,
}

/// What keeps a session from writing and from waiting for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Settings of the session, given as it begins.
    Session,
    /// Settings of each transaction. A pooler between (PgBouncer) takes none for a session, since its sessions are lent to
    /// one program after another: whatever was set there would stay for the next.
    Transaction,
    /// Nothing: a sample is loaded, because somebody asked for it.
    None,
}

/// An open connection: everything that is asked through it waits in `block_on`.
pub struct Session {
    // Dropped in this order: without a client, the connection says farewell to the server and ends.
    pub(super) client: Client,
    pub(super) link: Link,
    pub(super) kept: Kept,
    pub(super) settings: Settings,
    pub(super) connector: MakeRustlsConnect,
    pub(super) way: Way,
}

/// The socket, and the runtime that waits for it.
///
/// Whoever waits for an answer reads and writes the socket meanwhile. A task of its own for that would be woken, scheduled
/// and waited for once more for every statement, which is most of what a small one costs.
pub(super) struct Link {
    runtime: Runtime,
    /// `None` once it has ended.
    connection: RefCell<Option<Pin<Box<Connection>>>>,
    asking: Arc<Side>,
    carrying: Arc<Side>,
    /// Goes off when it is time to look whether to go on. It is wound up again and again: a timer of its own for every
    /// statement would take a good part of what a small one does.
    alarm: RefCell<Pin<Box<Sleep>>>,
}

/// How often a wait looks whether to go on.
const LOOK: Duration = Duration::from_millis(20);

/// What reads and writes the socket.
pub(super) type Connection = tokio_postgres::Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// Who asks, or what carries it. They wake each other with every message, and are polled in turn here, so that only what
/// comes from outside has to wake the runtime, which takes a system call.
struct Side {
    runtime: Waker,
    /// The two are being polled.
    awake: AtomicBool,
    /// It has to be polled again.
    woken: AtomicBool,
}

impl Wake for Side {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        if !self.awake.load(Ordering::SeqCst) {
            self.runtime.wake_by_ref();
        }
    }
}

/// How often the two are polled before the runtime looks at its timers again.
const TURNS: u32 = 16;

impl Link {
    pub(super) fn new(runtime: Runtime, connection: Connection) -> Link {
        let waker = runtime.block_on(poll_fn(|context| Poll::Ready(context.waker().clone())));
        let side =
            || Arc::new(Side { runtime: waker.clone(), awake: AtomicBool::new(false), woken: AtomicBool::new(false) });
        let (asking, carrying) = (side(), side());
        let alarm = {
            let _within = runtime.enter();
            Box::pin(sleep(LOOK))
        };
        let (connection, alarm) = (RefCell::new(Some(Box::pin(connection))), RefCell::new(alarm));
        Link { runtime, connection, asking, carrying, alarm }
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let (asks, carries) = (Waker::from(self.asking.clone()), Waker::from(self.carrying.clone()));
        let sides = [&self.asking, &self.carrying];
        self.runtime.block_on(poll_fn(|_| {
            sides.iter().for_each(|side| side.awake.store(true, Ordering::SeqCst));
            let mut polled = Poll::Pending;
            for _ in 0..TURNS {
                self.asking.woken.store(false, Ordering::SeqCst);
                polled = future.as_mut().poll(&mut Context::from_waker(&asks));
                if polled.is_ready() {
                    break;
                }
                self.carry(&mut Context::from_waker(&carries));
                if sides.iter().all(|side| !side.woken.load(Ordering::SeqCst)) {
                    break;
                }
            }
            sides.iter().for_each(|side| side.awake.store(false, Ordering::SeqCst));
            if polled.is_pending() && sides.iter().any(|side| side.woken.load(Ordering::SeqCst)) {
                self.asking.runtime.wake_by_ref();
            }
            polled
        }))
    }

    /// Sends what was asked and takes in what was answered.
    fn carry(&self, context: &mut Context<'_>) {
        self.carrying.woken.store(false, Ordering::SeqCst);
        let mut connection = self.connection.borrow_mut();
        // What ended it is told by the statement that was under way.
        if connection.as_mut().is_some_and(|connection| connection.as_mut().poll(context).is_ready()) {
            *connection = None;
            self.asking.woken.store(true, Ordering::SeqCst);
        }
    }
}

/// A row of text.
#[derive(Debug)]
pub struct TextRow(SimpleQueryRow);

impl TextRow {
    /// The text of a column, counted from 0; nothing for a NULL, and where there is no such column.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        self.0.try_get(index).ok().flatten()
    }
}

/// Stops a running statement from another thread.
#[derive(Clone)]
pub struct Cancel {
    token: CancelToken,
    connector: MakeRustlsConnect,
    settings: Settings,
}

impl Session {
    /// Waits for something that is asked through the client.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.link.block_on(future)
    }

    /// Waits for an answer, within `block_on`; `None` when it is time to look whether to go on, which one then may.
    pub(super) async fn answer_for_now<F: Future>(&self, mut answer: Pin<&mut F>) -> Option<F::Output> {
        poll_fn(|context| {
            if let Poll::Ready(found) = answer.as_mut().poll(context) {
                return Poll::Ready(Some(found));
            }
            let mut alarm = self.link.alarm.borrow_mut();
            let gone_off = alarm.as_mut().poll(context);
            if gone_off.is_ready() {
                alarm.as_mut().reset(Instant::now() + LOOK);
            }
            gone_off.map(|()| None)
        })
        .await
    }

    /// The client, for what is asked through `block_on`.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What it keeps from request to request.
    pub(super) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Whether it can serve another request.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !self.is_closed() && !self.kept.is_spoiled()
    }

    /// Where it is connected to.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether it is encrypted.
    #[must_use]
    pub fn encryption(&self) -> Encryption {
        self.way.encryption
    }

    /// What keeps it from writing.
    #[must_use]
    pub fn guard(&self) -> Guard {
        self.way.guard
    }

    /// Whether the server has ended it, as far as is known without asking.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// The text that begins a transaction which cannot write. It is one message, whatever stands in it.
    #[must_use]
    pub fn begin(&self) -> String {
        match self.way.guard {
            Guard::Session | Guard::None => "BEGIN".to_owned(),
            Guard::Transaction => format!(
                "BEGIN READ ONLY; SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}",
                STATEMENT_TIMEOUT.as_millis(),
                LOCK_TIMEOUT.as_millis()
            ),
        }
    }

    /// Lets statements run for so long from now on. Behind a pooler nothing is set: what lasts is not this session's.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn set_statement_timeout(&self, longest: Duration) -> Result<(), PostgresError> {
        match self.way.guard {
            Guard::Session => {
                // Zero would be no limit at all.
                let milliseconds = longest.as_millis().clamp(1, i32::MAX as u128);
                self.ask(&format!("SET statement_timeout = {milliseconds}")).map(drop)
            }
            Guard::Transaction | Guard::None => Ok(()),
        }
    }

    /// What a statement without parameters returns, as text. Nothing is prepared for it, so it works behind a pooler.
    ///
    /// # Errors
    /// When the server says no, or the connection is lost.
    pub fn ask(&self, sql: &str) -> Result<Vec<TextRow>, PostgresError> {
        let answer = self.block_on(self.client.simple_query(sql));
        let messages = answer.map_err(|error| PostgresError::from_tokio(&error, &self.settings, Some(sql)))?;
        let row = |message| if let SimpleQueryMessage::Row(row) = message { Some(TextRow(row)) } else { None };
        Ok(messages.into_iter().filter_map(row).collect())
    }

    /// What stops a statement of this session from another thread.
    #[must_use]
    pub fn cancel_token(&self) -> Cancel {
        Cancel { token: self.client.cancel_token(), connector: self.connector.clone(), settings: self.settings.clone() }
    }
}

impl Cancel {
    /// Asks the server to stop the statement, over a connection of its own.
    pub(super) async fn ask(&self) -> Result<(), tokio_postgres::Error> {
        self.token.cancel_query(self.connector.clone()).await
    }

    /// Asks the server to stop the statement, over a connection of its own, and waits until that is said. A session that
    /// runs nothing is left alone.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn cancel(&self) -> Result<(), PostgresError> {
        let settings = &self.settings;
        let failed = |message: String| PostgresError::Other { server: settings.server(), message };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| failed(error.to_string()))?;
        match runtime.block_on(async { tokio::time::timeout(settings.connect_timeout, self.ask()).await }) {
            Ok(asked) => asked.map_err(|error| PostgresError::from_connect(&error, settings)),
            Err(_) => Err(PostgresError::ConnectTimeout { server: settings.server(), after: settings.connect_timeout }),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Without its last message a server logs a connection that broke off.
        if let Some(connection) = self.connection.take() {
            drop(self.runtime.block_on(async { tokio::time::timeout(FAREWELL, connection).await }));
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("settings", &self.settings)
            .field("way", &self.way)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cancel").field("settings", &self.settings).finish_non_exhaustive()
    }
}
