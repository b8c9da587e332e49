//! Claims: what somebody says about strategies, in a form that a run can answer.

use serde::{Deserialize, Serialize};

/// A claim about the experiment's variants. The words are for people; one of the others is what is held against them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Claim {
    /// The claim in a sentence.
    pub says: String,
    /// The variant that is claimed to be faster …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faster: Option<String>,
    /// … than these; than all others, where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub than: Vec<String>,
    /// Whether the claim is that no variant is fastest everywhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_winner: bool,
    /// Whether the claim is that the variant with the fewest queries need not be the fastest.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fewest_not_fastest: bool,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// In every cell.
    Holds,
    /// In some cells and not in others.
    UnderConditions,
    /// In none.
    DoesNotHold,
    /// Nothing was measured that could tell.
    Open,
}
