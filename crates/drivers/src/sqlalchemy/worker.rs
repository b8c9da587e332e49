//! The worker process, and what can be asked of it.

use super::error::WorkerError;
use super::interpreter::Interpreter;
use super::message::{Answer, Batch, Check, Done, Hello, Models, Open, Order, Said, Sample, Versions};
use crate::process::{end_group, lead_group};
use fetchscope_engine::plan::document::PlanDocument;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A worker that says nothing for so long hangs: it gives a sign of life twice a second, whatever it does.
pub(super) const SILENCE: Duration = Duration::from_secs(4);

/// How long it may take until it has begun, and until it is connected.
pub(super) const BEGINNING: Duration = Duration::from_secs(30);

/// How long importing somebody's modules may stand still. With starting Python, that is within five seconds.
const IMPORTING: Duration = Duration::from_millis(3_500);

/// How long an import may be at work without importing anything more.
const WORKING: Duration = Duration::from_secs(60);

/// How long it may take to stop what is under way.
const STOPPING: Duration = Duration::from_secs(2);

/// How long one that closed its output is given to end, and its last words to arrive.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How often cancelling is looked at and progress told.
const TICK: Duration = Duration::from_millis(40);

/// Most of what it complained of that is kept.
const COMPLAINTS: usize = 4096;

/// The worker process. It ends when it is dropped, with everything that it started.
pub struct Worker {
    interpreter: Interpreter,
    process: Child,
    orders: Sender<String>,
    lines: Receiver<String>,
    /// The end of what it wrote to standard error.
    complaints: Arc<Mutex<Vec<u8>>>,
    /// Reads that, until there is no more.
    listener: JoinHandle<()>,
    hello: Hello,
    driver: Option<String>,
}

impl Worker {
    /// Starts one. `program` is what [`super::unpack`] has put there.
    pub fn start(interpreter: &Interpreter, program: &Path) -> Result<Worker, WorkerError> {
        let mut command = Command::new(interpreter.program());
        command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        lead_group(&mut command);
        let failed = |reason: String| WorkerError::NotStarted { interpreter: interpreter.program().to_owned(), reason };
        let mut process = command.spawn().map_err(|error| failed(error.to_string()))?;
        let streams = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let (Some(input), Some(output), Some(errors)) = streams else {
            return Err(failed("it has no standard streams".to_owned()));
        };
        let (orders, to_write) = mpsc::channel();
        let (read, lines) = mpsc::channel();
        let complaints = Arc::default();
        let kept = Arc::clone(&complaints);
        // A worker that hangs neither reads nor writes; these threads wait for it, and end with it.
        std::thread::spawn(move || write(input, &to_write));
        std::thread::spawn(move || read_lines(output, &read));
        let listener = std::thread::spawn(move || keep_end(errors, &kept));
        let hello =
            Hello { python: String::new(), interpreter: String::new(), sqlalchemy: None, drivers: Default::default() };
        let interpreter = interpreter.clone();
        let mut worker = Worker { interpreter, process, orders, lines, complaints, listener, hello, driver: None };
        let said = worker.hear_within("starting Python", BEGINNING)?;
        worker.hello = said.hello.ok_or_else(|| worker.unexpected())?;
        Ok(worker)
    }

    /// What it has.
    #[must_use]
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Whether a package is there; the sentence that says how to get it, otherwise.
    pub fn needs(&self, package: &'static str) -> Result<&str, WorkerError> {
        let version = match package {
            "sqlalchemy" => self.hello.sqlalchemy.as_ref(),
            driver => self.hello.drivers.get(driver).and_then(Option::as_ref),
        };
        let interpreter = self.interpreter.program().to_owned();
        match version {
            Some(version) if package == "sqlalchemy" && is_before_two(version) => {
                Err(WorkerError::TooOld { interpreter, version: version.clone() })
            }
            Some(version) => Ok(version),
            None => Err(WorkerError::Missing { interpreter, package }),
        }
    }

    /// The end of an import, for which no modules, and no work either, are the sign that it hangs.
    pub(super) fn hear_importing(&mut self, name: &str) -> Result<Said, WorkerError> {
        let patience = Patience { still: IMPORTING, working: WORKING };
        match self.hear_with(&format!("importing `{name}`"), patience, &mut || true) {
            Err(WorkerError::TooLong { after, .. }) => Err(WorkerError::Stuck { name: name.to_owned(), after }),
            other => other,
        }
    }

    /// Reads the classes of a program, `package.module:Base`, from the working directory or what is installed.
    pub fn models(&mut self, name: &str, root: Option<&str>) -> Result<Models, WorkerError> {
        self.needs("sqlalchemy")?;
        self.send(&Order::Models { name, root })?;
        let said = self.hear_importing(name)?;
        said.models.ok_or_else(|| self.unexpected())
    }

    /// Opens a database in place of one that was open.
    pub fn open(&mut self, open: &Open<'_>) -> Result<(), WorkerError> {
        self.send(&Order::Open(open))?;
        let said = self.hear_within("connecting with SQLAlchemy", BEGINNING)?;
        self.driver = Some(said.opened.ok_or_else(|| self.unexpected())?.driver);
        Ok(())
    }

    /// What measures now.
    #[must_use]
    pub fn versions(&self) -> Versions {
        // SQLAlchemy calls the driver of Python's own module by the name it once had.
        let driver = match self.driver.as_deref() {
            Some("pysqlite") | None => "sqlite3",
            Some(other) => other,
        };
        let version = self.hello.drivers.get(driver).and_then(Option::as_deref).unwrap_or_default();
        let driver =
            if driver == "sqlite3" { format!("{driver} with SQLite {version}") } else { format!("{driver} {version}") };
        Versions {
            python: format!("Python {}", self.hello.python),
            sqlalchemy: format!("SQLAlchemy {}", self.hello.sqlalchemy.as_deref().unwrap_or_default()),
            driver,
        }
    }

    /// Makes a variant's plans ready, one a tenant.
    pub fn prepare(&mut self, variant: &str, plans: &[PlanDocument]) -> Result<(), WorkerError> {
        self.send(&Order::Prepare { variant, plans })?;
        let said = self.hear_within(&format!("`{variant}` in SQLAlchemy"), BEGINNING)?;
        said.prepared.map(|_| ()).ok_or_else(|| self.unexpected())
    }

    /// One request of a variant without a network; the reason, where it asks for more than it may.
    pub fn check(
        &mut self,
        check: &Check<'_>,
        longest: Duration,
        cancel: &AtomicBool,
    ) -> Result<Result<Answer, String>, WorkerError> {
        self.send(&Order::Check(check))?;
        let doing = format!("`{}` in SQLAlchemy", check.variant);
        let said = self.hear(&doing, longest + SILENCE, &mut || !cancel.load(Ordering::Relaxed))?;
        match (said.answer, said.refused) {
            (Some(answer), _) => Ok(Ok(answer)),
            (None, Some(reason)) => Ok(Err(reason)),
            (None, None) => Err(self.unexpected()),
        }
    }

    /// Runs a batch, in which a request may take as long as `longest`; `heard` hears of each one, and again and again of
    /// nothing. Without figures where it was cancelled and did not come to an end.
    pub fn batch(
        &mut self,
        batch: &Batch<'_>,
        longest: Duration,
        cancel: &AtomicBool,
        heard: &mut dyn FnMut(Heard),
    ) -> Result<Option<Done>, WorkerError> {
        self.send(&Order::Batch(batch))?;
        // Clients wait for one another, so none may have ended until the last one's wait is over.
        self.hear_batch(&format!("a request of `{}` in SQLAlchemy", batch.variant), longest + SILENCE, cancel, heard)
    }

    /// The samples of a batch, until it is done; each may be waited for so long.
    pub(super) fn hear_batch(
        &mut self,
        doing: &str,
        each: Duration,
        cancel: &AtomicBool,
        heard: &mut dyn FnMut(Heard),
    ) -> Result<Option<Done>, WorkerError> {
        let mut stopping: Option<Instant> = None;
        loop {
            let mut go_on = || {
                heard(Heard::Nothing);
                stopping.is_some() || !cancel.load(Ordering::Relaxed)
            };
            let patience = stopping.map_or(each, |since| STOPPING.saturating_sub(since.elapsed()));
            let said = match self.hear(doing, patience, &mut go_on) {
                Ok(said) => said,
                Err(WorkerError::Cancelled) => {
                    self.send(&Order::Cancel)?;
                    stopping = Some(Instant::now());
                    continue;
                }
                // It is of no more use; what was measured before is kept.
                Err(_) if stopping.is_some() => return Ok(None),
                Err(error) => return Err(error),
            };
            match said {
                Said { sample: Some(sample), .. } => heard(Heard::Sample(sample)),
                Said { failed: Some(message), .. } => heard(Heard::Failure(message)),
                Said { done: Some(done), .. } => return Ok(Some(done)),
                Said { .. } => return Err(self.unexpected()),
            }
        }
    }

    pub(super) fn send(&self, order: &Order<'_>) -> Result<(), WorkerError> {
        let line = serde_json::to_string(order).map_err(|error| self.garbage(&error.to_string()))?;
        // A process that ended is noticed when its answer is waited for.
        let _ = self.orders.send(line);
        Ok(())
    }

    pub(super) fn hear_unless(
        &mut self,
        doing: &str,
        longest: Duration,
        cancel: &AtomicBool,
    ) -> Result<Said, WorkerError> {
        self.hear(doing, longest + SILENCE, &mut || !cancel.load(Ordering::Relaxed))
    }

    pub(super) fn hear_within(&mut self, doing: &str, patience: Duration) -> Result<Said, WorkerError> {
        self.hear(doing, patience, &mut || true)
    }

    fn hear(&mut self, doing: &str, patience: Duration, go_on: &mut dyn FnMut() -> bool) -> Result<Said, WorkerError> {
        self.hear_with(doing, Patience { still: patience, working: Duration::ZERO }, go_on)
    }

    /// The next thing it says that is more than a sign of life. Patience begins again if signs of life tell of progress.
    fn hear_with(
        &mut self,
        doing: &str,
        patience: Patience,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Said, WorkerError> {
        let start = Instant::now();
        let (mut heard, mut moved, mut worked) = (start, start, start);
        let (mut modules, mut processor) = (None, None);
        loop {
            match self.lines.recv_timeout(TICK) {
                Ok(line) => match serde_json::from_str::<Said>(&line) {
                    Ok(Said { alive: Some(count), cpu, .. }) => {
                        heard = Instant::now();
                        if modules.replace(count).is_some_and(|before| before != count) {
                            (moved, worked) = (heard, heard);
                        }
                        let at_work = |before: u64| cpu.is_some_and(|now| now.saturating_sub(before) > WORK);
                        if processor.is_some_and(at_work) {
                            worked = heard;
                        }
                        processor = cpu.or(processor);
                    }
                    Ok(Said { error: Some(raised), .. }) => {
                        return Err(WorkerError::Raised {
                            doing: doing.to_owned(),
                            type_name: raised.type_name,
                            message: raised.message,
                        });
                    }
                    Ok(said) => return Ok(said),
                    Err(_) => return Err(self.garbage(&line)),
                },
                Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if !go_on() {
                return Err(WorkerError::Cancelled);
            }
            if heard.elapsed() > SILENCE {
                end_group(&mut self.process);
                let interpreter = self.interpreter.program().to_owned();
                return Err(WorkerError::Silent { interpreter, after: SILENCE });
            }
            // Work alone is progress only for so long: a loop without an end works as well.
            let stands_still = worked.elapsed() > patience.still || moved.elapsed() > patience.working;
            if moved.elapsed() > patience.still && stands_still {
                end_group(&mut self.process);
                let after = if worked == moved { patience.still } else { moved.elapsed() };
                return Err(WorkerError::TooLong { doing: doing.to_owned(), after });
            }
        }
    }

    pub(super) fn unexpected(&self) -> WorkerError {
        self.garbage("an answer to something that it was not asked")
    }

    fn garbage(&self, line: &str) -> WorkerError {
        let shown: String =
            line.trim().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(120).collect();
        WorkerError::Garbage { interpreter: self.interpreter.program().to_owned(), line: shown }
    }

    /// Why it said no more.
    fn ended(&mut self) -> WorkerError {
        // It closed its output, and is about to end if it has not.
        let deadline = Instant::now() + LAST_WORDS;
        let mut status = self.process.try_wait();
        while matches!(status, Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(TICK / 4);
            status = self.process.try_wait();
        }
        let how = match status {
            Ok(Some(status)) => described(status),
            Ok(None) | Err(_) => "closed its output".to_owned(),
        };
        end_group(&mut self.process);
        // Its last words may still lie in the pipe; somebody else may hold that open for ever.
        let deadline = Instant::now() + LAST_WORDS;
        while !self.listener.is_finished() && Instant::now() < deadline {
            std::thread::sleep(TICK / 4);
        }
        let complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&complaints);
        let said = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
        WorkerError::Ended { interpreter: self.interpreter.program().to_owned(), how, said }
    }
}

/// Processor time between two signs of life that is work and not the signs themselves, in nanoseconds.
const WORK: u64 = 100_000_000;

/// How long it may take without a sign of progress.
#[derive(Clone, Copy)]
struct Patience {
    /// Without importing and without work.
    still: Duration,
    /// Without importing, but at work; at least as long as `still`.
    working: Duration,
}

/// What is heard while a batch runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A request was served.
    Sample(Sample),
    /// A request failed, and why.
    Failure(String),
    /// Nothing, for a moment.
    Nothing,
}

impl Drop for Worker {
    fn drop(&mut self) {
        end_group(&mut self.process);
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Worker").field("interpreter", &self.interpreter).finish_non_exhaustive()
    }
}

fn is_before_two(version: &str) -> bool {
    version.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major < 2)
}

fn described(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was killed by signal {signal}");
    }
    status.code().map_or_else(|| "ended".to_owned(), |code| format!("ended with status {code}"))
}

fn write(mut input: impl Write, orders: &Receiver<String>) {
    for line in orders {
        if input.write_all(line.as_bytes()).and_then(|()| input.write_all(b"\n")).and_then(|()| input.flush()).is_err()
        {
            return;
        }
    }
}

/// Longest line that is read: statements with tens of thousands of keys are long, and an endless one must not fill memory.
const LONGEST: u64 = 256 << 20;

fn read_lines(output: impl Read, lines: &Sender<String>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match output.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                if lines.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        }
    }
}

fn keep_end(mut errors: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut part = [0; 1024];
    while let Ok(read @ 1..) = errors.read(&mut part) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&part[..read]);
        let beyond = kept.len().saturating_sub(COMPLAINTS);
        kept.drain(..beyond);
    }
}
