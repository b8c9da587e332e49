//! What a PostgreSQL server's own programs need for the same: requests of one statement against `pgbench`, and loading a
//! sample against `psql`. Each pair is timed one beside the other on one throwaway server.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on has failed, and prints"
)]

mod copy;
mod cores;
#[path = "../serve/pairs.rs"]
mod pairs;
mod pgbench;

use fetchscope_datasets::{Dataset, SampleSpec, load};
use fetchscope_drivers::database::Database;
use fetchscope_drivers::postgres::Settings;
use fetchscope_test_postgres::server;
use mimalloc::MiMalloc;
use std::sync::atomic::AtomicBool;

/// As the programs have it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    let server = server().unwrap_or_else(|error| panic!("{error}"));
    let sample = Sample::new("citizenapp?size=m");
    let database = server.database("").unwrap().rsplit('/').next().unwrap().to_owned();
    let schema = sample.load(&server.url(&database));
    server.execute(&database, "VACUUM ANALYZE; CHECKPOINT").unwrap();
    println!(
        "a request of one statement: time of ours over that of pgbench -M prepared; 1.11 is 0.9 of its throughput"
    );
    let requests = |place: &str| {
        for clients in [1, 4, 16] {
            let pairs = pgbench::pairs(server, &database, &schema, &sample, clients);
            let (theirs, ours) = pairs.medians();
            println!("{clients:>4} clients {place}: {theirs:.4} ms and {ours:.4} ms, {}", pairs.ratio());
        }
    };
    requests("on the server's cores");
    // As on two machines: what a client costs is then not taken from the server.
    cores::keep_apart(server, || requests("on a core of their own"));
    let pairs = copy::pairs(server, &database, &schema, &sample);
    let (theirs, ours) = pairs.medians();
    println!("loading {}: psql with \\copy {theirs:.0} ms and {ours:.0} ms, {}", sample.spec, pairs.ratio());
}

/// A sample that is loaded again and again.
struct Sample {
    spec: SampleSpec,
    dataset: Dataset,
}

impl Sample {
    fn new(spec: &str) -> Sample {
        let spec: SampleSpec = spec.parse().unwrap();
        let dataset = Dataset::open(&spec).unwrap();
        Sample { spec, dataset }
    }

    /// Loads it into a database; the schema it is in.
    fn load(&self, address: &str) -> String {
        load(&self.dataset, &self.spec, &postgres(address), &mut |_| {}, &AtomicBool::new(false)).unwrap()
    }
}

fn settings(address: &str) -> Settings {
    Settings::parse(address, &|_| None).unwrap()
}

fn postgres(address: &str) -> fetchscope_drivers::postgres::Database {
    fetchscope_drivers::postgres::Database::open(&settings(address)).unwrap()
}

fn open(address: &str) -> Database {
    Database::open_server(&settings(address)).unwrap()
}
