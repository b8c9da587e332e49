//! Pure statistics over samples that are already there.

pub mod quantile;
