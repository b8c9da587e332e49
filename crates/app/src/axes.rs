//! The circumstances that a sweep can change, with values to begin with.

use crate::wire::{AxisInfo, PoolView, WireAxis};
use fetchscope_experiment::check::MAX_CONCURRENCY;
use fetchscope_experiment::spec::{Axis, Pool};

/// Every circumstance, in the order of the form.
pub(crate) fn offered() -> Vec<AxisInfo> {
    use WireAxis::{Concurrency, PageSize, RttMs, TenantSize};
    [
        (
            Concurrency,
            "Concurrent requests",
            "From one client to many.",
            &[1.0, 10.0, 50.0][..],
            (1.0, f64::from(MAX_CONCURRENCY)),
        ),
        (
            RttMs,
            "Round-trip time",
            "From a database next door to one far away.",
            &[0.0, 0.5, 2.0, 5.0],
            (0.0, 10_000.0),
        ),
        (
            PageSize,
            "Page size",
            "The endpoint's limit: roots a request returns at most.",
            &[10.0, 100.0, 1000.0],
            (1.0, 1e9),
        ),
        (
            TenantSize,
            "Tenant size",
            "Of all tenants, the one whose number of roots comes nearest to each value.",
            &[10.0, 100.0, 1000.0],
            (1.0, 1e9),
        ),
    ]
    .map(|(axis, title, explanation, values, (min, max))| AxisInfo {
        axis,
        title: title.to_owned(),
        action: format!("Sweep over {}", Axis::from(axis).title()),
        explanation: explanation.to_owned(),
        unit: if axis == RttMs { "ms" } else { "" }.to_owned(),
        values: values.to_vec(),
        min,
        max,
        whole: axis != RttMs,
    })
    .into()
}

/// SQLAlchemy's connection pool.
pub(crate) fn sqlalchemy_pool() -> PoolView {
    let Pool { size, overflow, timeout } = Pool::default();
    PoolView { size, overflow, timeout_s: timeout }
}

impl From<WireAxis> for Axis {
    fn from(axis: WireAxis) -> Self {
        match axis {
            WireAxis::Concurrency => Axis::Concurrency,
            WireAxis::RttMs => Axis::RttMs,
            WireAxis::PageSize => Axis::PageSize,
            WireAxis::TenantSize => Axis::TenantSize,
        }
    }
}

impl From<Axis> for WireAxis {
    fn from(axis: Axis) -> Self {
        match axis {
            Axis::Concurrency => WireAxis::Concurrency,
            Axis::RttMs => WireAxis::RttMs,
            Axis::PageSize => WireAxis::PageSize,
            Axis::TenantSize => WireAxis::TenantSize,
        }
    }
}
