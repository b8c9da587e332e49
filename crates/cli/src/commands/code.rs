//! `fetchscope code`: what a program has to write to load as a variant does.

use super::Verdict;
use crate::arguments::{Code, OrmName};
use crate::{input, output, progress};
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::application::{self, Overrides};
use fetchscope_app::code;
use fetchscope_app::error::AppError;
use fetchscope_app::python::Python;
use fetchscope_experiment::spec::{Application, Experiment};
use fetchscope_report::code::{Orm, Piece};
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Prints the pieces.
pub(crate) fn run(arguments: &Code) -> Result<Verdict> {
    let experiment = input::experiment(&arguments.experiment)?;
    if let Some(wanted) = &experiment.application {
        return change(arguments, &experiment, wanted);
    }
    let mapping = input::mapping(experiment.mapping.as_deref().map(Path::new))?;
    let opened = super::open(&experiment.source, mapping.as_ref(), &AtomicBool::new(false))?;
    let mut pieces = code::of(&opened, &experiment, &arguments.variant)?;
    if let Some(wanted) = arguments.orm {
        pieces.retain(|piece| piece.orm == orm(wanted));
    }
    if arguments.json {
        output::json(&pieces)?;
    } else {
        let alone = pieces.len() == 1;
        output::result(pieces.iter().map(|piece| readable(piece, alone)).collect::<Vec<_>>().join("\n").trim_end())?;
    }
    Ok(Verdict::Yes)
}

/// Prints how the source of an application changes, as a diff.
fn change(arguments: &Code, experiment: &Experiment, wanted: &Application) -> Result<Verdict> {
    let variant = experiment.variants.get(&arguments.variant).ok_or_else(|| {
        let known: Vec<String> = experiment.variants.keys().map(|name| format!("`{name}`")).collect();
        AppError::Input(format!("no variant is called `{}`; there are {}", arguments.variant, known.join(", ")))
    })?;
    crate::application::consent(experiment, arguments.trust)?;
    let cancel = progress::cancel_on_interrupt()?;
    let python = Python { paths: &Paths::standard(), chosen: None };
    let call = experiment.request.as_ref().and_then(|request| request.call.as_deref());
    let mut program = application::open(wanted, call, &python, &mut progress::rows(), &cancel)?;
    program.ask(experiment)?;
    program.watch(&Overrides::new(), &cancel)?;
    let changes = program.change(&variant.overrides(), &[], &cancel)?;
    if arguments.json {
        output::json(&changes)?;
    } else if changes.is_empty() {
        output::result("This variant is as the program is written: there is nothing to change.")?;
    } else {
        output::result(changes.iter().map(super::advise::changed).collect::<Vec<_>>().join("\n").trim_end())?;
    }
    Ok(Verdict::Yes)
}

fn orm(name: OrmName) -> Orm {
    match name {
        OrmName::Sqlalchemy => Orm::Sqlalchemy,
        OrmName::Pytest => Orm::Pytest,
        OrmName::Django => Orm::Django,
        OrmName::Rails => Orm::Rails,
        OrmName::Prisma => Orm::Prisma,
        OrmName::Efcore => Orm::EfCore,
    }
}

/// One piece alone is code that can be sent into a file: its notes are comments.
fn readable(piece: &Piece, alone: bool) -> String {
    let sign = match piece.orm {
        Orm::Sqlalchemy | Orm::Pytest | Orm::Django | Orm::Rails => "#",
        Orm::Prisma | Orm::EfCore => "//",
    };
    let mut text = String::new();
    let nearest = if piece.exact { "" } else { ": the nearest equivalent, not what was measured" };
    if !alone {
        let _ = writeln!(text, "{sign} == {}{nearest}", piece.title);
    } else if !piece.exact {
        let _ = writeln!(text, "{sign} {}{nearest}.", piece.title);
    }
    for note in &piece.notes {
        let _ = writeln!(text, "{sign} {note}");
    }
    let _ = writeln!(text, "{}", piece.code.trim_end());
    text
}
