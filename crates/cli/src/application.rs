//! What names a program of the user's, and a request of it.

use crate::input;
use anyhow::Result;
use clap::Args;
use fetchscope_app::Paths;
use fetchscope_app::application::trust;
use fetchscope_app::error::AppError;
use fetchscope_experiment::spec::{Application, Experiment, Request};
use indexmap::IndexMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// A program of the user's, as every command that runs one takes it.
#[derive(Debug, Args)]
pub(crate) struct ProgramArguments {
    /// Your application: module:attribute (ASGI or WSGI), module:factory() or sample:citizenapp
    #[arg(long, value_name = "MODULE:ATTRIBUTE")]
    pub(crate) app: Option<String>,
    /// Where it is imported from; the working directory unless given
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// A file with environment variables that it needs
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// A header of the request, as 'Authorization: Bearer $TOKEN'; may be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    /// Let the program write to its database
    #[arg(long)]
    pub(crate) allow_writes: bool,
    /// The Python of the program or the models: an interpreter or a virtual environment
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
}

/// A request of it.
#[derive(Debug, Args)]
pub(crate) struct RequestArguments {
    #[command(flatten)]
    pub(crate) program: ProgramArguments,
    /// The request: 'GET /users?limit=50'
    #[arg(long, value_name = "METHOD PATH", conflicts_with = "call", requires = "app")]
    pub(crate) request: Option<String>,
    /// The body of the request: a file, or the text itself
    #[arg(long, value_name = "FILE|TEXT", requires = "request")]
    pub(crate) body: Option<String>,
    /// A function without parameters in place of a request: module:function
    #[arg(long, value_name = "MODULE:FUNCTION", conflicts_with = "app")]
    pub(crate) call: Option<String>,
}

impl ProgramArguments {
    /// As an experiment names it.
    pub(crate) fn application(&self) -> Application {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        Application {
            import: self.app.clone(),
            directory: self.directory.as_ref().map(text),
            python: None,
            env_file: self.env_file.as_ref().map(text),
            lifespan: true,
            allow_writes: self.allow_writes,
        }
    }

    /// The headers by name.
    pub(crate) fn headers(&self) -> Result<IndexMap<String, String>> {
        let one = |text: &String| {
            let (name, value) = text.split_once(':').ok_or_else(|| {
                AppError::Input(format!(
                    "`{}` is not a header; write 'Name: value'",
                    text.split(' ').next().unwrap_or("")
                ))
            })?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        self.header.iter().map(one).collect()
    }
}

impl RequestArguments {
    /// The request.
    pub(crate) fn request(&self) -> Result<Request> {
        if let Some(call) = &self.call {
            return Ok(Request { call: Some(call.clone()), ..Request::default() });
        }
        let text = self.request.as_deref().ok_or_else(|| {
            AppError::Input(
                "--app needs a --request, as --request 'GET /users'; `fetchscope endpoints` lists the routes"
                    .to_owned(),
            )
        })?;
        let (method, path) = text.trim().split_once(' ').unwrap_or(("GET", text.trim()));
        let path = path.trim();
        if !path.starts_with('/') {
            return Err(AppError::Input(format!("`{text}` is not a request; write 'GET /path?query'")).into());
        }
        let body = self.body.as_deref().map(body).transpose()?;
        Ok(Request {
            method: Some(method.to_uppercase()),
            path: Some(path.to_owned()),
            headers: self.program.headers()?,
            body,
            call: None,
        })
    }
}

/// A file's text, or the text itself.
fn body(named: &str) -> Result<String> {
    if named == "-" || Path::new(named).is_file() { input::text(Path::new(named)) } else { Ok(named.to_owned()) }
}

/// Asks whether a file's experiment may import what it names, unless that was agreed to: at a terminal, or by `--trust`.
pub(crate) fn consent(experiment: &Experiment, trusted: bool) -> Result<()> {
    let Some(wish) = trust::wish(experiment)? else { return Ok(()) };
    let paths = Paths::standard();
    if trusted || trust::is_agreed(&paths, &wish) {
        return Ok(());
    }
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && asked(&wish.what)? {
        return Ok(trust::agree(&paths, &wish)?);
    }
    let what = wish.what;
    Err(AppError::Input(format!("this file would {what}, which runs code; --trust agrees to that")).into())
}

#[expect(clippy::print_stderr, reason = "a question is beside the result")]
fn asked(what: &str) -> Result<bool> {
    eprint!("This file would {what}. That runs the code in it. Go on? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
