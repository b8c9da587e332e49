//! Whose data a request asks for: values of the tenant column, drawn from the data.

use crate::check::ExperimentError;
use crate::outcome::Tenant;
use crate::spec::{Endpoint, Experiment, Tenants};
use fetchscope_engine::mapping::document::RelationshipKind;
use fetchscope_engine::mapping::{Mapping, Remote};
use fetchscope_engine::plan::document::Operator;
use fetchscope_engine::sql::Dialect;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// The column that tells tenants apart unless the workload names another.
pub const COLUMN: &str = "tenant_id";

/// The dotted path of the tenant column: the one named, or where the filter or the root has `tenant_id`.
pub(crate) fn column(experiment: &Experiment, mapping: &Mapping) -> Result<String, ExperimentError> {
    if let Some(named) = &experiment.workload.tenant_column {
        return Ok(named.clone());
    }
    let filter = &experiment.endpoint.filter;
    let compared = filter.has.iter().chain(&filter.conditions).map(|(path, ..)| path);
    let is_tenant = |path: &&String| path.rsplit('.').next() == Some(COLUMN);
    if let Some(path) = compared.chain(filter.columns.keys()).find(is_tenant) {
        return Ok(path.clone());
    }
    let root = &experiment.endpoint.root;
    let entity = mapping.find(root).map(|id| mapping.entity(id));
    match entity.and_then(|entity| entity.find_column(COLUMN)) {
        Some(_) => Ok(COLUMN.to_owned()),
        None => Err(ExperimentError::Inconsistent(format!(
            "`{root}` has no column `{COLUMN}`; name the one that tells tenants apart as `workload.tenant_column`"
        ))),
    }
}

/// The statement that counts the roots of every tenant, by key.
pub(crate) fn sizes_sql(
    mapping: &Mapping,
    root: &str,
    path: &str,
    dialect: Dialect,
) -> Result<String, ExperimentError> {
    let wrong = |what: &str| ExperimentError::Inconsistent(format!("the tenant column `{path}` of `{root}`: {what}"));
    let quote = |name| dialect.quote(name);
    let mut entity = mapping.find(root).ok_or_else(|| wrong("there is no such class"))?;
    let mut from = format!("{} AS t0", dialect.quote_table(&mapping.entity(entity).table));
    let mut steps: Vec<&str> = path.split('.').collect();
    let name = steps.pop().unwrap_or_default();
    for (index, step) in steps.into_iter().enumerate() {
        let owner = mapping.entity(entity);
        let id = owner.find_relationship(step).ok_or_else(|| wrong(&format!("there is no relationship `{step}`")))?;
        let relationship = mapping.relationship(entity, id);
        let Remote::Target(remote) = &relationship.remote else {
            return Err(wrong("its path may only follow many-to-one relationships"));
        };
        if relationship.kind != RelationshipKind::ManyToOne {
            return Err(wrong("its path may only follow many-to-one relationships"));
        }
        let target = mapping.entity(relationship.target);
        let pairs = relationship.local.iter().zip(remote).map(|(own, other)| {
            let (own, other) = (&owner.column(*own).name, &target.column(*other).name);
            format!("t{}.{} = t{index}.{}", index + 1, quote(other), quote(own))
        });
        let on = pairs.collect::<Vec<_>>().join(" AND ");
        from.push_str(&format!(" JOIN {} AS t{} ON {on}", dialect.quote_table(&target.table), index + 1));
        entity = relationship.target;
    }
    let found = mapping.entity(entity).find_column(name);
    found.ok_or_else(|| wrong(&format!("there is no column `{name}`")))?;
    let column = format!("t{}.{}", path.matches('.').count(), quote(name));
    Ok(format!("SELECT {column}, count(*) FROM {from} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1"))
}

/// The endpoint for one tenant: a condition on the column is replaced, and made where there is none.
pub(crate) fn endpoint_of(endpoint: &Endpoint, path: &str, tenant: &Value) -> Endpoint {
    let mut changed = endpoint.clone();
    let filter = &mut changed.filter;
    let compared = filter.has.iter_mut().chain(&mut filter.conditions).find(|(known, ..)| known == path);
    match compared {
        Some((_, operator, value)) => {
            *operator = Operator::Equal;
            *value = tenant.clone();
        }
        None if path.contains('.') => filter.has.push((path.to_owned(), Operator::Equal, tenant.clone())),
        None => {
            filter.columns.insert(path.to_owned(), tenant.clone());
        }
    }
    changed
}

/// The tenants that a workload asks for; all of them, or the one that comes nearest to a size.
pub(crate) fn chosen(tenants: Vec<Tenant>, wanted: Tenants) -> Vec<Tenant> {
    match wanted {
        Tenants::One | Tenants::RoundRobin | Tenants::BySize => tenants,
        Tenants::Nearest(size) => {
            let nearest = tenants.into_iter().min_by_key(|tenant| tenant.roots.abs_diff(size.into()));
            nearest.into_iter().collect()
        }
    }
}

/// Which tenant the request with this number asks for. The same seed draws the same tenants for every variant.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    how: Tenants,
    /// Roots of the tenants up to and with each.
    cumulated: Vec<u64>,
}

impl Draw {
    /// Draws among these tenants.
    pub(crate) fn new(how: Tenants, tenants: &[Tenant]) -> Draw {
        let mut sum = 0;
        let cumulated = tenants.iter().map(|tenant| {
            sum += tenant.roots;
            sum
        });
        Draw { how, cumulated: cumulated.collect() }
    }

    /// Index of the tenant of a request.
    pub(crate) fn pick(&self, seed: u64, request: u32) -> usize {
        let count = self.cumulated.len();
        match (self.how, self.cumulated.last()) {
            (Tenants::RoundRobin, Some(_)) => request as usize % count,
            (Tenants::BySize, Some(all)) if *all > 0 => {
                let mut random = ChaCha8Rng::seed_from_u64(seed ^ (u64::from(request) << 32));
                let drawn = random.random_range(0..*all);
                self.cumulated.partition_point(|sum| *sum <= drawn)
            }
            (Tenants::One | Tenants::RoundRobin | Tenants::BySize | Tenants::Nearest(_), _) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn three() -> Vec<Tenant> {
        let tenant = |(value, roots): (u32, u64)| Tenant { value: json!(value), roots };
        [(1, 10), (2, 0), (3, 90)].map(tenant).into()
    }

    #[test]
    fn tenants_take_turns_or_are_drawn_by_their_size() {
        let turns = Draw::new(Tenants::RoundRobin, &three());
        assert_eq!([0, 1, 2, 3].map(|request| turns.pick(7, request)), [0, 1, 2, 0]);
        let drawn = Draw::new(Tenants::BySize, &three());
        let picks: Vec<usize> = (0..2_000).map(|request| drawn.pick(7, request)).collect();
        let of = |tenant| picks.iter().filter(|pick| **pick == tenant).count();
        assert!(of(1) == 0 && (1_740..1_860).contains(&of(2)), "{} {} {}", of(0), of(1), of(2));
        assert_eq!(picks, (0..2_000).map(|request| drawn.pick(7, request)).collect::<Vec<_>>());
    }

    #[test]
    fn a_condition_on_the_column_is_replaced_and_made_where_there_is_none() {
        let endpoint: Endpoint = serde_json::from_value(json!({
            "root": "User", "filter": {"has": [["organization.tenant_id", "==", 1]], "limit": 5}
        }))
        .unwrap();
        let changed = endpoint_of(&endpoint, "organization.tenant_id", &json!(9));
        assert_eq!(changed.filter.has[0].2, json!(9));
        let changed = endpoint_of(&endpoint, "tenant_id", &json!(9));
        assert_eq!(
            (changed.filter.columns["tenant_id"].clone(), changed.filter.has[0].2.clone()),
            (json!(9), json!(1))
        );
    }

    #[test]
    fn a_size_is_asked_for_by_the_tenant_that_comes_nearest() {
        assert_eq!(chosen(three(), Tenants::Nearest(60))[0].value, json!(3));
        assert_eq!(chosen(three(), Tenants::Nearest(3))[0].value, json!(2));
    }
}
