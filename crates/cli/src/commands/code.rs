//! `fetchscope code`: what a program has to write to load as a variant does.

use super::Verdict;
use crate::arguments::{Code, OrmName};
use crate::{input, output};
use anyhow::Result;
use fetchscope_app::code;
use fetchscope_report::code::{Orm, Piece};
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Prints the pieces.
pub(crate) fn run(arguments: &Code) -> Result<Verdict> {
    let experiment = input::experiment(&arguments.experiment)?;
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
