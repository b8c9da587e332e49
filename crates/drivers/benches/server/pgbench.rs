//! Requests for a single record, sent by an experiment and by `pgbench`: the same statement, as many clients, autocommit.

use crate::pairs::Pairs;
use crate::{Sample, open};
use fetchscope_engine::mapping::Mapping;
use fetchscope_experiment::run::{Setup, run};
use fetchscope_experiment::spec::Experiment;
use fetchscope_test_postgres::Server;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const PAIRS: usize = 15;
/// Requests of each side in a pair.
const REQUESTS: u32 = 8_000;
/// The record.
const KEY: u32 = 7;

/// The time of a request, `pgbench` first.
pub(crate) fn pairs(server: &Server, database: &str, schema: &str, sample: &Sample, clients: u32) -> Pairs {
    let address = format!("{}?options=-csearch_path%3D{schema}", server.url(database));
    let opened = open(&address);
    let mapping = Arc::new(Mapping::check(&sample.dataset.mapping).unwrap());
    let experiment = Experiment::from_toml(&format!(
        "version = 1\nsource = \"{address}\"\n[endpoint]\nroot = \"User\"\nfilter = {{ pk = {KEY} }}\n\
         relationships = [{{ name = \"organization\", relationships = [{{ name = \"tenant\" }}] }}]\n\
         [variants.joined]\norganization = \"joined\"\n\"organization.tenant\" = \"joined\"\n\
         [workload]\nconcurrency = {clients}\nrequests = {REQUESTS}\nrounds = 1\nwarmup = {}\n\
         [workload.pool]\nsize = {clients}\noverflow = 0\n[conditions]\ntransaction = false\n",
        clients * 10
    ))
    .unwrap();
    let setup = Setup {
        experiment: &experiment,
        mapping,
        database: &opened,
        data: String::new(),
        notes: Vec::new(),
        sqlalchemy: None,
    };
    let ours = || run(&setup, &mut |_| {}, &AtomicBool::new(false)).unwrap().variants.remove(0);
    let sql = ours().statements.remove(0).sql;
    let script = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(script.path(), format!("\\set id {KEY}\n{};\n", sql.replace("$1", ":id"))).unwrap();
    let theirs = || {
        let mut pgbench = server.client("pgbench");
        pgbench.env("PGOPTIONS", format!("-csearch_path={schema}")).args(["-n", "-M", "prepared", "-f"]);
        pgbench.arg(script.path()).args(["-c", &clients.to_string(), "-j", &clients.to_string()]);
        pgbench.args(["-t", &(REQUESTS / clients).to_string()]).arg(database);
        let output = pgbench.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
        Duration::from_secs_f64(1.0 / rate.unwrap())
    };
    let ours = || {
        let variant = ours();
        // A run is shortened where it would take more than a minute.
        Duration::from_nanos(variant.busy.0 / variant.samples.len() as u64)
    };
    Pairs::time(PAIRS, theirs, ours)
}
