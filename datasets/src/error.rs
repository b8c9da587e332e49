//! Why a sample could not be made.

use fetchscope_drivers::postgres::write::LoadError;
use fetchscope_drivers::sqlite::write::WriteError;
use std::path::PathBuf;

/// Why a dataset could not be read, or a sample could not be made of it.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// No built-in dataset has this name.
    #[error("there is no sample `{name}`; there is {available}, or the path of a folder with a dataset")]
    UnknownDataset {
        /// The name asked for.
        name: String,
        /// The names there are.
        available: String,
    },
    /// The dataset does not come in this size.
    #[error("the sample {dataset} has no size `{size}`; it has {available}")]
    UnknownSize {
        /// The dataset.
        dataset: String,
        /// The size asked for.
        size: String,
        /// The sizes there are.
        available: String,
    },
    /// A source names an option that samples do not have.
    #[error("a sample has no option `{option}`; it has {available}")]
    UnknownOption {
        /// The option.
        option: String,
        /// The options there are.
        available: String,
    },
    /// A source gives an option a value it cannot have.
    #[error("the option {option} of a sample cannot be `{value}`; it is {expected}")]
    UnusableValue {
        /// The option.
        option: &'static str,
        /// The value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A file of the dataset could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the dataset is not written as its format asks.
    #[error("{file}: {problem}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong, and on which line.
        problem: String,
    },
    /// A file of the dataset says something that does not fit the others.
    #[error("{file}: {place}: {problem}")]
    Contradiction {
        /// The file.
        file: String,
        /// Where in it: `tables.users.columns.manager_id`.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// The application of the sample could not be put where Python finds it.
    #[error("the sample's application could not be unpacked into {}: {source}", folder.display())]
    NotUnpacked {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The sample could not be written or read back.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The sample could not be loaded into a server.
    #[error(transparent)]
    Load(LoadError),
    /// It was cancelled; nothing is left behind.
    #[error("making the sample was cancelled")]
    Cancelled,
}

impl From<LoadError> for DatasetError {
    fn from(error: LoadError) -> Self {
        if matches!(error, LoadError::Cancelled) { DatasetError::Cancelled } else { DatasetError::Load(error) }
    }
}
