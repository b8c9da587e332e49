//! Code that loads as a variant does: what a program has to write to get what was measured.
//!
//! For SQLAlchemy it is exact: a test runs it and compares the statements. For other ORMs it is the nearest there is, and
//! says so: they have other strategies, and choose for themselves where SQLAlchemy is told.

mod django;
mod efcore;
mod prisma;
mod pytest;
mod python;
mod rails;
mod sqlalchemy;
mod tree;

use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_experiment::spec::Experiment;
use serde::Serialize;
use tree::Tree;

/// What code is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Orm {
    /// SQLAlchemy 2.1.
    Sqlalchemy,
    /// A test that counts SQLAlchemy's queries.
    Pytest,
    /// Django.
    Django,
    /// Rails, Active Record.
    Rails,
    /// Prisma.
    Prisma,
    /// Entity Framework Core.
    EfCore,
}

impl Orm {
    /// Every one, in the order in which they are shown.
    pub const ALL: [Orm; 6] = [Orm::Sqlalchemy, Orm::Pytest, Orm::Django, Orm::Rails, Orm::Prisma, Orm::EfCore];

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Orm::Sqlalchemy => "SQLAlchemy 2.1",
            Orm::Pytest => "A test of its queries (pytest)",
            Orm::Django => "Django",
            Orm::Rails => "Rails (Active Record)",
            Orm::Prisma => "Prisma",
            Orm::EfCore => "EF Core",
        }
    }

    /// The language, as code blocks name it.
    #[must_use]
    pub fn language(self) -> &'static str {
        match self {
            Orm::Sqlalchemy | Orm::Pytest | Orm::Django => "python",
            Orm::Rails => "ruby",
            Orm::Prisma => "typescript",
            Orm::EfCore => "csharp",
        }
    }

    /// Whether it does what was measured, and not only something near it.
    #[must_use]
    pub fn is_exact(self) -> bool {
        matches!(self, Orm::Sqlalchemy | Orm::Pytest)
    }
}

/// Code for one ORM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// For which.
    pub orm: Orm,
    /// What it is called.
    pub title: &'static str,
    /// Its language.
    pub language: &'static str,
    /// Whether it does what was measured, and not only something near it.
    pub exact: bool,
    /// Where it does something else than the variant, a sentence each.
    pub notes: Vec<String>,
    /// The code.
    pub code: String,
}

/// What a request of the variant takes, as the test asserts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Statements.
    pub queries: u64,
    /// On which data: `CitizenApp s, seed 1`.
    pub data: String,
}

/// Why there is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The experiment has no such variant.
    #[error("no variant is called `{name}`; there are {known}")]
    Variant {
        /// As it was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The mapping does not have something that the endpoint names.
    #[error("the mapping has no {0}")]
    Missing(String),
}

/// The code of a variant for every ORM.
///
/// # Errors
/// Where there is no such variant, or the endpoint does not fit the mapping.
pub fn code(
    experiment: &Experiment,
    variant: &str,
    mapping: &MappingDocument,
    expected: Option<&Expected>,
) -> Result<Vec<Piece>, CodeError> {
    let Some(of_variant) = experiment.variants.get(variant) else {
        let known: Vec<String> = experiment.variants.keys().map(|name| format!("`{name}`")).collect();
        return Err(CodeError::Variant { name: variant.to_owned(), known: known.join(", ") });
    };
    let tree = Tree::of(&experiment.endpoint, of_variant, mapping)?;
    let written = |orm: Orm| {
        let (code, notes) = match orm {
            Orm::Sqlalchemy => sqlalchemy::write(&tree),
            Orm::Pytest => pytest::write(&tree, variant, expected),
            Orm::Django => django::write(&tree),
            Orm::Rails => rails::write(&tree),
            Orm::Prisma => prisma::write(&tree),
            Orm::EfCore => efcore::write(&tree),
        };
        Piece {
            orm,
            title: orm.title(),
            language: orm.language(),
            exact: orm.is_exact() && tree.is_sqlalchemy(),
            notes,
            code,
        }
    };
    Ok(Orm::ALL.into_iter().map(written).collect())
}

#[cfg(test)]
mod tests;
