//! What is served: the users of the sample CitizenApp, by id, each with its organization and that organization's tenant.

use fetchscope_datasets::{Dataset, SampleSpec, ensure};
use fetchscope_drivers::database::{Database, Session};
use fetchscope_drivers::latency::Network;
use fetchscope_drivers::limits::Limits;
use fetchscope_drivers::request::{Circumstances, Prepared, Served};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::sql::Dialect;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// How the two relationships are loaded.
pub(crate) const STRATEGIES: [&str; 3] = ["joined", "selectin", "select"];

/// The sizes of the sample: `s` has 10 tenants, 100 organizations and 1 000 users, `m` 100, 2 000 and 100 000.
pub(crate) const SIZES: [Size; 2] = [Size { name: "s", roots: "1 000" }, Size { name: "m", roots: "100 000" }];

/// A size of the sample.
pub(crate) struct Size {
    name: &'static str,
    /// How many users there are.
    roots: &'static str,
}

/// A sample, open.
pub(crate) struct Sample {
    session: Session,
    mapping: Arc<Mapping>,
}

/// A plan over a sample.
pub(crate) struct Plan<'s> {
    session: &'s Session,
    prepared: Prepared,
}

impl Size {
    /// The file of the sample, made where it is not there yet.
    pub(crate) fn file(&self) -> PathBuf {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
        ensure(&self.dataset(), &self.spec(), cache, &mut |_| {}, &AtomicBool::new(false)).unwrap()
    }

    /// The sample.
    pub(crate) fn open(&self) -> Sample {
        let session = Database::open_file(&self.file()).unwrap().connect().unwrap();
        Sample { session, mapping: Arc::new(Mapping::check(&self.dataset().mapping).unwrap()) }
    }

    /// What a case is called.
    pub(crate) fn case(&self, strategy: &str) -> String {
        format!("{} users, {strategy}", self.roots)
    }

    fn spec(&self) -> SampleSpec {
        format!("citizenapp?size={}", self.name).parse().unwrap()
    }

    fn dataset(&self) -> Dataset {
        Dataset::open(&self.spec()).unwrap()
    }
}

impl Sample {
    /// Both relationships loaded with this strategy.
    pub(crate) fn plan(&self, strategy: &str) -> Plan<'_> {
        let tenant = json!({"name": "tenant", "strategy": strategy});
        let organization = json!({"name": "organization", "strategy": strategy, "relationships": [tenant]});
        let plan = json!({"root": "User", "filter": {"order_by": ["id"]}, "relationships": [organization]});
        let program =
            Program::resolve(self.mapping.clone(), &serde_json::from_value(plan).unwrap(), Dialect::Sqlite).unwrap();
        Plan { session: &self.session, prepared: Prepared::new(Arc::new(program)) }
    }
}

impl Plan<'_> {
    /// Serves it once.
    pub(crate) fn serve(&self, record: bool) -> Served {
        let mut how = Circumstances {
            network: &mut Network::none(),
            transaction: true,
            statement_cache: true,
            record,
            limits: Limits::default(),
            cancel: &AtomicBool::new(false),
        };
        self.prepared.serve(self.session, &mut how).unwrap()
    }
}
