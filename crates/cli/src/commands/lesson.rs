//! `fetchscope lesson`: what is claimed of loading strategies, measured here.

use super::Verdict;
use super::run::{readable, said_of, whether_kept};
use crate::arguments::{Lesson as Arguments, LessonCommand};
use crate::{output, progress};
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::application;
use fetchscope_app::error::AppError;
use fetchscope_app::experiment::run_kept;
use fetchscope_app::history::{History, Recorder};
use fetchscope_app::lessons::{self, Revealed, reveal};
use fetchscope_app::python::Python;
use fetchscope_experiment::outcome::Outcome;
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct Listed {
    name: String,
    title: String,
    source: String,
    claim: Option<String>,
}

#[derive(Serialize)]
struct Told<'a> {
    name: &'a str,
    title: &'a str,
    predictions: Vec<Prediction<'a>>,
    verdict: Option<&'static str>,
    text: &'a str,
    outcome: &'a Outcome,
}

#[derive(Serialize)]
struct Prediction<'a> {
    text: &'a str,
    right: Option<bool>,
}

/// Lists, or measures one.
pub(crate) fn run(arguments: &Arguments) -> Result<Verdict> {
    match &arguments.command {
        LessonCommand::List { json } => list(*json),
        LessonCommand::Run { name, report, json } => measure(name, report, *json),
    }
}

fn list(json: bool) -> Result<Verdict> {
    let (lessons, problems) = lessons::all(&Paths::standard());
    problems.iter().for_each(|problem| output::note(problem));
    let listed = lessons.into_iter().map(|lesson| Listed {
        name: lesson.name,
        title: lesson.title,
        claim: lesson.experiment.claim.map(|claim| claim.says),
        source: lesson.experiment.source,
    });
    let listed: Vec<Listed> = listed.collect();
    if json {
        output::json(&listed)?;
        return Ok(Verdict::Yes);
    }
    let width = listed.iter().map(|lesson| lesson.name.len()).max().unwrap_or(0);
    let lines: Vec<String> = listed.iter().map(|lesson| format!("{:<width$}  {}", lesson.name, lesson.title)).collect();
    output::result(&lines.join("\n"))?;
    Ok(Verdict::Yes)
}

fn measure(name: &str, reports: &[PathBuf], json: bool) -> Result<Verdict> {
    output::check_reports(reports)?;
    let lesson = lessons::find(&Paths::standard(), name)?;
    let same = |report: &&PathBuf| {
        report.canonicalize().is_ok_and(|path| Path::new(name).canonicalize().is_ok_and(|page| page == path))
    };
    if let Some(report) = reports.iter().find(same) {
        let words = format!("{} is the page of this lesson; name another file for the report", report.display());
        return Err(AppError::Input(words).into());
    }
    if !json {
        output::note(&format!("{}\n\n{}\n\n{}\n", lesson.title, lesson.text, lesson.question));
        lesson.choices.iter().for_each(|choice| output::note(&format!("- {}", choice.text)));
    }
    let (paths, cancel) = (Paths::standard(), progress::cancel_on_interrupt()?);
    let history = History::open(&paths.history);
    let recorder = Recorder::new(history.as_ref(), None).called(&lesson.title, "lesson");
    let python = Python { paths: &paths, chosen: None };
    let experiment = &lesson.experiment;
    let (outcome, kept) = match &experiment.application {
        Some(wanted) => {
            crate::application::consent(experiment, false)?;
            let call = experiment.request.as_ref().and_then(|request| request.call.as_deref());
            let mut program = application::open(wanted, call, &python, &mut progress::rows(), &cancel)?;
            program.run_kept(experiment, recorder, &mut progress::events(), &cancel)?
        }
        None => {
            let opened = super::open(&experiment.source, None, &cancel)?;
            run_kept(experiment, &opened, &python, recorder, &mut progress::events(), &cancel)?
        }
    };
    let Revealed { right, text, verdict } = reveal(&lesson, &outcome);
    let predictions = lesson.choices.iter().zip(&right);
    if json {
        let predictions = predictions.map(|(choice, right)| Prediction { text: &choice.text, right: *right }).collect();
        let verdict = verdict.map(|verdict| verdict.verdict);
        let (name, title, outcome) = (lesson.name.as_str(), lesson.title.as_str(), &outcome);
        output::json(&Told { name, title, predictions, verdict, text: &text, outcome })?;
    } else {
        let mut lines = vec![readable(&outcome), String::new()];
        lines.extend(predictions.map(|(choice, right)| {
            let said = match right {
                Some(true) => "right",
                Some(false) => "wrong",
                None => "cannot be told",
            };
            format!("{said}: {}", choice.text)
        }));
        lines.extend([String::new(), text]);
        output::result(&lines.join("\n"))?;
    }
    output::reports(&outcome, reports)?;
    output::note(&whether_kept(&kept));
    Ok(said_of(&outcome)?)
}
