//! What a finding says, in parts: whoever shows it writes the figures in its own way.

use crate::trace::Nanos;
use serde::Serialize;

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// How many, exactly.
    Count(u64),
    /// Size of decoded values.
    Bytes(u64),
    /// Nanoseconds.
    Time(Nanos),
    /// How many times as much.
    Factor(f64),
    /// Part of a whole, 0 to 1.
    Share(f64),
}

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// As it stands.
    Text(String),
    /// A figure with its unit.
    Amount(Amount),
    /// So many things of this name: `1 row`, `25 200 rows`.
    Counted(u64, &'static str),
}

/// A sentence, or a piece of one, without its full stop.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words(pub Vec<Word>);

impl From<&str> for Word {
    fn from(text: &str) -> Word {
        Word::Text(text.to_owned())
    }
}

impl From<String> for Word {
    fn from(text: String) -> Word {
        Word::Text(text)
    }
}

impl From<Amount> for Word {
    fn from(amount: Amount) -> Word {
        Word::Amount(amount)
    }
}

impl From<(u64, &'static str)> for Word {
    fn from((count, noun): (u64, &'static str)) -> Word {
        Word::Counted(count, noun)
    }
}

/// Words from their parts.
macro_rules! said {
    ($($part:expr),* $(,)?) => { $crate::advisor::words::Words(vec![$($crate::advisor::words::Word::from($part)),*]) };
}
pub(super) use said;

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Small numbers as they are read aloud.
pub(super) fn spelled(number: usize) -> String {
    const NAMES: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    NAMES.get(number).map_or_else(|| number.to_string(), |name| (*name).to_owned())
}

impl Words {
    /// The words with figures written plainly.
    #[cfg(test)]
    pub(super) fn plain(&self) -> String {
        let plain = |word: &Word| match word {
            Word::Text(text) => text.clone(),
            Word::Counted(1, noun) => format!("1 {noun}"),
            Word::Counted(count, noun) => format!("{count} {noun}s"),
            Word::Amount(Amount::Count(count) | Amount::Bytes(count)) => count.to_string(),
            Word::Amount(Amount::Time(time)) => format!("{} ms", time.as_millis()),
            Word::Amount(Amount::Factor(factor)) => format!("{factor:.1}"),
            Word::Amount(Amount::Share(share)) => format!("{:.0} %", share * 100.0),
        };
        self.0.iter().map(plain).collect()
    }
}
