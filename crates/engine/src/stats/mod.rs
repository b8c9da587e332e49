//! Pure statistics over samples that are already there.

pub mod bootstrap;
pub mod crossover;
pub mod drift;
pub mod histogram;
pub mod nonnegative;
pub mod outliers;
pub mod paired;
pub mod quantile;
pub mod rounds;
#[cfg(test)]
mod simulated;
