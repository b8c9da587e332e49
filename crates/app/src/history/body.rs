//! Outcomes and pieces as they are kept: deflated JSON.

use super::{HistoryError, RunId};
use fetchscope_experiment::outcome::{Outcome, VERSION};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{BufWriter, IntoInnerError};

/// Bytes that are deflated at once.
const WORDS: usize = 1 << 16;

/// Small enough to be kept.
pub(super) fn pack(value: &impl Serialize) -> Result<Vec<u8>, HistoryError> {
    // JSON is written word by word, and every write clears what room the encoder's buffer has left.
    let packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    let mut words = BufWriter::with_capacity(WORDS, packed);
    serde_json::to_writer(&mut words, value)?;
    Ok(words.into_inner().map_err(IntoInnerError::into_error)?.finish()?)
}

/// What was packed.
pub(super) fn unpack<T: DeserializeOwned>(body: &[u8]) -> Result<T, HistoryError> {
    Ok(serde_json::from_slice(&inflated(body)?)?)
}

/// An outcome of a version that this program knows.
pub(super) fn outcome(run: RunId, body: &[u8]) -> Result<Outcome, HistoryError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let text = inflated(body)?;
    let Versioned { version: found } = serde_json::from_slice(&text)?;
    if found > VERSION {
        return Err(HistoryError::NewerRun { run, found });
    }
    Ok(serde_json::from_slice(&text)?)
}

fn inflated(body: &[u8]) -> Result<Vec<u8>, HistoryError> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut DeflateDecoder::new(body), &mut text)?;
    Ok(text)
}
