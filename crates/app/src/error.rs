//! Failures as a front end tells them apart: what the user gave, what the database did, what the file system did.

use crate::wire::{ErrorCode, WireError};
use fetchscope_datasets::DatasetError;
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::postgres::SettingsError;
use fetchscope_drivers::postgres::write::LoadError;
use fetchscope_drivers::request::ServeError;
use fetchscope_drivers::sqlalchemy::WorkerError;
use fetchscope_engine::mapping::check::MappingError;
use fetchscope_engine::plan::resolve::PlanError;
use fetchscope_experiment::check::ExperimentError;
use fetchscope_experiment::run::RunError;
use fetchscope_report::error::ReportError;
use thiserror::Error;

/// A failure of a command.
#[derive(Debug, Error)]
pub enum AppError {
    /// The source, plan, mapping or experiment cannot be used as it is.
    #[error("{0}")]
    Input(String),
    /// The database failed.
    #[error("{0}")]
    Database(String),
    /// A file could not be written or read.
    #[error("{0}")]
    File(String),
    /// The user cancelled.
    #[error("{0}")]
    Cancelled(String),
    /// A defect.
    #[error("{0}; this is a defect of Fetchscope")]
    Internal(String),
}

impl AppError {
    /// The exit status of the command line: 2 for unusable input, 3 for a database that failed.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            AppError::Input(_) | AppError::File(_) => 2,
            AppError::Database(_) => 3,
            AppError::Cancelled(_) => 130,
            AppError::Internal(_) => 70,
        }
    }

    /// The same failure with the name of the file it stands in.
    #[must_use]
    pub fn in_file(self, file: &str) -> AppError {
        match self {
            AppError::Input(message) => AppError::Input(format!("{file}: {message}")),
            other @ (AppError::Database(_) | AppError::File(_) | AppError::Cancelled(_) | AppError::Internal(_)) => {
                other
            }
        }
    }

    /// A file that could not be written.
    pub(crate) fn writing(path: &std::path::Path, error: &std::io::Error) -> AppError {
        AppError::File(format!("{} could not be written: {error}; choose another place", path.display()))
    }
}

impl From<AppError> for WireError {
    fn from(error: AppError) -> Self {
        let code = match &error {
            AppError::Input(_) => ErrorCode::UnusableInput,
            AppError::Database(_) => ErrorCode::DatabaseFailed,
            AppError::File(_) => ErrorCode::FileFailed,
            AppError::Cancelled(_) => ErrorCode::Cancelled,
            AppError::Internal(_) => ErrorCode::Internal,
        };
        WireError { code, message: sentence(&error.to_string()) }
    }
}

/// With a capital and a full stop, as the window shows it.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '?', ')']) { "" } else { "." };
    format!("{start}{}{end}", letters.as_str())
}

impl From<DatabaseError> for AppError {
    fn from(error: DatabaseError) -> Self {
        if matches!(error, DatabaseError::Cancelled) {
            AppError::Cancelled(error.to_string())
        } else if error.is_input() {
            AppError::Input(error.to_string())
        } else {
            AppError::Database(error.to_string())
        }
    }
}

impl From<ServeError> for AppError {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Database(error) => error.into(),
            // Another plan, or a filter, is the way out.
            ServeError::Limit(reached) => AppError::Input(reached.to_string()),
            ServeError::Loader(error) => AppError::Internal(error.to_string()),
        }
    }
}

impl From<DatasetError> for AppError {
    fn from(error: DatasetError) -> Self {
        match error {
            DatasetError::Cancelled => AppError::Cancelled(error.to_string()),
            DatasetError::Write(_) | DatasetError::NotUnpacked { .. } => AppError::File(error.to_string()),
            DatasetError::Load(LoadError::Server(ref cause)) if !cause.is_input() => {
                AppError::Database(error.to_string())
            }
            DatasetError::Load(_) => AppError::Input(error.to_string()),
            DatasetError::UnknownDataset { .. }
            | DatasetError::UnknownSize { .. }
            | DatasetError::UnknownOption { .. }
            | DatasetError::UnusableValue { .. }
            | DatasetError::Unreadable { .. }
            | DatasetError::Malformed { .. }
            | DatasetError::Contradiction { .. } => AppError::Input(error.to_string()),
        }
    }
}

impl From<RunError> for AppError {
    fn from(error: RunError) -> Self {
        match &error {
            RunError::Experiment(_)
            | RunError::Plan { .. }
            | RunError::NoTenants { .. }
            | RunError::Connections { .. } => AppError::Input(error.to_string()),
            RunError::Data(cause) if cause.is_input() => AppError::Input(error.to_string()),
            RunError::Data(_) => AppError::Database(error.to_string()),
            RunError::Database { error: cause, .. } if cause.is_input() => AppError::Input(error.to_string()),
            RunError::Database { .. } => AppError::Database(error.to_string()),
            RunError::Sqlalchemy(_) => AppError::Input(error.to_string()),
            RunError::Cancelled => AppError::Cancelled(error.to_string()),
            RunError::Internal(_) => AppError::Internal(error.to_string()),
        }
    }
}

impl From<ReportError> for AppError {
    fn from(error: ReportError) -> Self {
        match &error {
            ReportError::UnknownEnding { .. } => AppError::Input(error.to_string()),
            ReportError::Tokens(_)
            | ReportError::Font(_)
            | ReportError::Drawing { .. }
            | ReportError::Json(_)
            | ReportError::Table(_)
            | ReportError::Write(_) => AppError::Internal(error.to_string()),
        }
    }
}

macro_rules! input_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for AppError {
            fn from(error: $error) -> Self {
                AppError::Input(error.to_string())
            }
        })*
    };
}
input_errors!(WorkerError, MappingError, PlanError, ExperimentError, SettingsError);
