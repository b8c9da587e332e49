//! Loading a sample, and `psql` loading the same rows: the tables made, `\copy` for each, then keys and indexes.

use crate::Sample;
use crate::pairs::Pairs;
use fetchscope_test_postgres::Server;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PAIRS: usize = 9;

/// The time of a load, `psql` first.
pub(crate) fn pairs(server: &Server, database: &str, schema: &str, sample: &Sample) -> Pairs {
    let folder = tempfile::tempdir().unwrap();
    let script = script(server, database, schema, folder.path());
    let theirs = || {
        let name = fresh(server);
        let began = Instant::now();
        let mut psql = psql(server, &name);
        succeed(psql.arg("--single-transaction").arg("--file").arg(&script));
        finish(server, &name, schema, began.elapsed())
    };
    let ours = || {
        let name = fresh(server);
        let began = Instant::now();
        sample.load(&server.url(&name));
        finish(server, &name, schema, began.elapsed())
    };
    Pairs::time(PAIRS, theirs, ours)
}

/// Writes the rows of every table into a file, and the script that loads them.
fn script(server: &Server, database: &str, schema: &str, folder: &Path) -> std::path::PathBuf {
    let section = |section: &str| {
        let mut dump = server.client("pg_dump");
        let output = dump.args(["--section", section, "--schema", schema, database]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace";
    let mut list = psql(server, database);
    list.env("PGOPTIONS", format!("-csearch_path={schema}")).args(["--tuples-only", "--no-align", "--command", tables]);
    let tables = String::from_utf8(list.output().unwrap().stdout).unwrap();
    let mut script = section("pre-data");
    for table in tables.lines() {
        let copy = |way: &str| format!("\\copy {schema}.\"{table}\" {way} '{}'", folder.join(table).display());
        succeed(psql(server, database).args(["--command", &copy("to")]));
        writeln!(script, "{}", copy("from")).unwrap();
    }
    script.push_str(&section("post-data"));
    script.push_str("ANALYZE;\n");
    let path = folder.join("load.sql");
    std::fs::write(&path, script).unwrap();
    path
}

fn psql(server: &Server, database: &str) -> Command {
    let mut psql = server.client("psql");
    psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", database]);
    psql
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// An empty database.
fn fresh(server: &Server) -> String {
    server.database("").unwrap().rsplit('/').next().unwrap().to_owned()
}

/// The time, once the rows are seen to be there and are gone again.
fn finish(server: &Server, database: &str, schema: &str, time: Duration) -> Duration {
    let mut count = psql(server, database);
    let counted = count.args(["-At", "--command", &format!("SELECT count(*) FROM {schema}.users")]).output().unwrap();
    assert!(String::from_utf8_lossy(&counted.stdout).trim().parse::<u64>().unwrap() > 1000, "there are no rows");
    server.execute("postgres", &format!("DROP DATABASE {database}; CHECKPOINT")).unwrap();
    time
}
