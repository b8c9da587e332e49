//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// How should each relationship of an endpoint be loaded? Counts the statements SQLAlchemy 2.1 would send and measures
/// them.
#[derive(Debug, Parser)]
#[command(name = "fetchscope", version, about, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 done, 1 the answer is no (results differ), 2 unusable input, 3 the database failed."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The main job on sample data: seven ways to load 1 000 users, compared in a table and a report
    Demo(Demo),
    /// Print the mapping of a database
    Schema(Schema),
    /// Run one request of a plan and print its statements and response
    Trace(Trace),
    /// Run an experiment
    Run(Run),
    /// List the samples, or load one into a database
    Dataset(Dataset),
    /// The Python in which the real SQLAlchemy is measured
    Sqlalchemy(Sqlalchemy),
}

/// A lane by its name in experiment files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LaneName {
    Native,
    Sqlalchemy,
}

#[derive(Debug, Args)]
pub(crate) struct Sqlalchemy {
    #[command(subcommand)]
    pub(crate) command: SqlalchemyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SqlalchemyCommand {
    /// Which Python is used, which versions it has, and what is missing
    Check {
        /// An interpreter or a virtual environment
        #[arg(long, value_name = "PATH")]
        python: Option<PathBuf>,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a virtual environment with SQLAlchemy and its drivers, from PyPI, in Fetchscope's own folder
    Prepare {
        /// The Python it is made with
        #[arg(long, value_name = "PATH", default_value = "python3")]
        with: PathBuf,
        /// Which SQLAlchemy: 2.0.36, or the newest one
        #[arg(long, value_name = "VERSION")]
        version: Option<String>,
        /// Print what it has as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the report goes; may be repeated. The ending picks the format: .html .pdf .json .md .csv .png .svg; DIR/ gets all
    #[arg(long, value_name = "FILE", default_value = "fetchscope-demo.html")]
    pub(crate) report: Vec<PathBuf>,
    /// Which clients run it: native, or native,sqlalchemy for the real SQLAlchemy in Python beside it
    #[arg(long, value_name = "LANES", value_delimiter = ',')]
    pub(crate) lanes: Vec<LaneName>,
    /// The Python with SQLAlchemy: an interpreter or a virtual environment
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// sample:NAME, sample:NAME?size=m, sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long, required_unless_present = "models")]
    pub(crate) source: Option<String>,
    /// The mapped classes of a program instead: package.module:Base, from the working directory or installed
    #[arg(long, value_name = "MODULE:BASE", conflicts_with = "source")]
    pub(crate) models: Option<String>,
    /// Print a plan instead: how the models load this class today, by their `lazy=`
    #[arg(long, value_name = "CLASS", requires = "models")]
    pub(crate) plan: Option<String>,
    /// The Python with the models: an interpreter or a virtual environment
    #[arg(long, value_name = "PATH", requires = "models")]
    pub(crate) python: Option<PathBuf>,
    /// Print the mapping as JSON (it always is; accepted so that every command takes it)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// sample:NAME, sample:NAME?size=m, sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long)]
    pub(crate) source: String,
    /// A mapping file instead of the introspected one; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// The mapping is that of a program's own classes: package.module:Base
    #[arg(long, value_name = "MODULE:BASE", conflicts_with = "mapping")]
    pub(crate) models: Option<String>,
    /// The Python with the models: an interpreter or a virtual environment
    #[arg(long, value_name = "PATH", requires = "models")]
    pub(crate) python: Option<PathBuf>,
    /// The plan file; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// How a PostgreSQL server runs each distinct statement: they are run once more under EXPLAIN ANALYZE
    #[arg(long)]
    pub(crate) explain: bool,
    /// Print the whole trace as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The experiment file (TOML), or a report, which carries its own; - reads standard input
    pub(crate) experiment: PathBuf,
    /// Another source than the file's: the same experiment on other data
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// Where a report goes; may be repeated. The ending picks the format: .html .pdf .json .md .csv .png .svg; DIR/ gets all
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Vec<PathBuf>,
    /// The mapping is that of a program's own classes: package.module:Base
    #[arg(long, value_name = "MODULE:BASE")]
    pub(crate) models: Option<String>,
    /// Which clients run it: native, or native,sqlalchemy for the real SQLAlchemy in Python beside it
    #[arg(long, value_name = "LANES", value_delimiter = ',')]
    pub(crate) lanes: Vec<LaneName>,
    /// The Python with SQLAlchemy: an interpreter or a virtual environment
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Dataset {
    #[command(subcommand)]
    pub(crate) command: DatasetCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DatasetCommand {
    /// List the samples and their sizes
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a sample into a new SQLite file, or into a schema of its own of a PostgreSQL database
    Load {
        /// What stands after `sample:` in a source: citizenapp, citizenapp?size=m&seed=2&fk_indexes=off, or a folder
        name: String,
        /// sqlite:PATH of the file to create, or postgres://USER@HOST/DATABASE
        #[arg(long, value_name = "SOURCE")]
        into: String,
        /// Print what was written as JSON
        #[arg(long)]
        json: bool,
    },
    /// Drop a sample that was loaded into a PostgreSQL database
    Drop {
        /// The schema: what `dataset load` said
        schema: String,
        /// postgres://USER@HOST/DATABASE
        #[arg(long, value_name = "SOURCE")]
        from: String,
        /// Print what was dropped as JSON
        #[arg(long)]
        json: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_contradict_nothing() {
        Arguments::command().debug_assert();
    }
}
