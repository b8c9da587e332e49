//! Whose data the requests of a cell ask for.

use super::{RunError, Setup};
use crate::outcome::Tenant;
use crate::spec::{Endpoint, Experiment, Tenants, Variant};
use crate::tenants::{self, endpoint_of};
use fetchscope_engine::plan::document::{PlanDocument, Strategy};

/// Most tenants whose answers are compared before measuring: the smallest, the largest, and some between them.
const COMPARED: usize = 10;

/// Whose data the requests of a cell ask for.
#[derive(Debug, Default)]
pub(super) struct Audience {
    /// Path of the tenant column; `None` where the filter is used as it stands.
    pub(super) column: Option<String>,
    pub(super) tenants: Vec<Tenant>,
}

impl Audience {
    /// The tenants that the workload asks for.
    pub(super) fn of(setup: &Setup<'_>, experiment: &Experiment) -> Result<Audience, RunError> {
        let wanted = experiment.workload.tenants;
        if wanted == Tenants::One {
            return Ok(Audience::default());
        }
        let column = tenants::column(experiment, &setup.mapping)?;
        let sql = tenants::sizes_sql(&setup.mapping, &experiment.endpoint.root, &column, setup.database.dialect())?;
        let database = |error| RunError::Data(Box::new(error));
        let session = setup.database.connect().map_err(database)?;
        let found = session.groups(&sql).map_err(database)?;
        let all = found.into_iter().map(|(value, roots)| Tenant { value: value.to_json(), roots }).collect::<Vec<_>>();
        if all.is_empty() {
            return Err(RunError::NoTenants { column });
        }
        Ok(Audience { column: Some(column), tenants: tenants::chosen(all, wanted) })
    }

    /// Indices of the tenants whose answers are compared.
    pub(super) fn compared(&self) -> Vec<usize> {
        if self.column.is_none() {
            return vec![0];
        }
        let mut by_size: Vec<usize> = (0..self.tenants.len()).collect();
        by_size.sort_by_key(|index| std::cmp::Reverse(self.tenants[*index].roots));
        let last = by_size.len().saturating_sub(1);
        let steps = COMPARED.min(by_size.len());
        let spread = (0..steps).map(|step| by_size[step * last / (steps - 1).max(1)]);
        spread.collect()
    }

    /// A variant's plans, one a tenant.
    pub(super) fn plans(&self, experiment: &Experiment, variant: &Variant) -> Vec<PlanDocument> {
        let endpoints = match &self.column {
            None => vec![experiment.endpoint.clone()],
            Some(column) => {
                let of = |tenant: &Tenant| endpoint_of(&experiment.endpoint, column, &tenant.value);
                self.tenants.iter().map(of).collect()
            }
        };
        let of = |endpoint: Endpoint| {
            let plan = endpoint.plan(&variant.strategies, Strategy::Select);
            PlanDocument { session: experiment.conditions.session, ..plan }
        };
        endpoints.into_iter().map(of).collect()
    }
}
