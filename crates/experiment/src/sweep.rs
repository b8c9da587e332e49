//! Sweeps: the same experiment again and again, with one circumstance changed.

use crate::spec::{Axis, Experiment, Tenants};

impl Axis {
    /// The name experiment files use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Axis::Concurrency => "concurrency",
            Axis::RttMs => "rtt_ms",
            Axis::PageSize => "page_size",
            Axis::TenantSize => "tenant_size",
        }
    }

    /// What it is called in words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Axis::Concurrency => "concurrent requests",
            Axis::RttMs => "round-trip time",
            Axis::PageSize => "page size",
            Axis::TenantSize => "tenant size",
        }
    }
}

impl Experiment {
    /// The experiment with one circumstance changed, and no sweeps of its own.
    #[must_use]
    pub fn at(&self, over: Axis, value: f64) -> Experiment {
        let mut changed = Experiment { sweep: Vec::new(), claim: None, ..self.clone() };
        let whole = value.round().max(0.0) as u32;
        match over {
            Axis::Concurrency => changed.workload.concurrency = whole,
            Axis::RttMs => changed.conditions.rtt_ms = value,
            Axis::PageSize => changed.endpoint.filter.limit = Some(whole.into()),
            Axis::TenantSize => changed.workload.tenants = Tenants::Nearest(whole),
        }
        changed
    }
}
