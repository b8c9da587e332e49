//! Tables for programs: raw samples, and what is derived from them, with plain numbers and times in nanoseconds.
//!
//! CSV has no place for anything but rows, and readers stumble over comments. What has to be known beside them stands in a
//! file of its own, where the W3C's *Model for Tabular Data and Metadata on the Web* (2015, section 5.2) looks for it:
//! beside `samples.csv` in `samples.csv-metadata.json`.

use crate::error::ReportError;
use crate::figures::Material;
use crate::reproduction::Reproduction;
use crate::rows::Row;
use crate::time::{means, shown};
use crate::{circumstances, sentence};
use ::csv::Writer;
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_engine::trace::Bands;
use fetchscope_experiment::outcome::{Control, Outcome, Sample, SweepOutcome, VariantOutcome};
use fetchscope_experiment::summary::Summary;
use serde_json::{Map, Value, json};

/// What follows the name of a table's file in that of the file beside it.
pub(crate) const METADATA: &str = "-metadata.json";

/// Columns of the raw samples, with the type and the meaning of each.
const SAMPLES: [(&str, &str, &str); 19] = [
    ("lane", "string", "which client measured it: native, or sqlalchemy in Python"),
    ("part", "string", "run, control (the baseline measured once more) or sweep"),
    ("sweep_over", "string", "what a sweep changes; empty outside a sweep"),
    ("sweep_value", "number", "the value it asks for; empty outside a sweep"),
    ("variant", "string", "the variant's name"),
    ("round", "integer", "the round, from 0: variants are compared within rounds"),
    ("tenant", "integer", "index of the tenant asked for, where there are several"),
    ("latency_ns", "integer", "wall clock to the response, nanoseconds"),
    ("scheduling_ns", "integer", "of it: waiting for a core, or in an open loop for a client"),
    ("pool_wait_ns", "integer", "of it: waiting for a connection"),
    ("round_trip_ns", "integer", "of it: the injected network"),
    ("execute_ns", "integer", "of it: the database until the first row"),
    ("fetch_ns", "integer", "of it: fetching rows"),
    ("decode_ns", "integer", "of it: decoding values"),
    ("hydrate_ns", "integer", "of it: building objects"),
    ("serialize_ns", "integer", "of it: writing the response"),
    ("queries", "integer", "statements of the request"),
    ("round_trips", "integer", "statements, BEGIN and ROLLBACK"),
    ("rows", "integer", "rows of all statements"),
];

/// Every raw sample, of both lanes and of all sweeps.
pub(crate) fn samples(outcome: &Outcome) -> Result<Vec<u8>, ReportError> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(SAMPLES.map(|(name, ..)| name))?;
    let baseline = outcome.experiment.baseline_name().unwrap_or_default();
    let mut lane = |lane: &str, variants: &[VariantOutcome], control: Option<&Control>, sweeps: &[SweepOutcome]| {
        for variant in variants {
            measured(&mut table, [lane, "run", "", ""], variant)?;
        }
        for sample in control.iter().flat_map(|control| &control.samples) {
            line(&mut table, [lane, "control", "", ""], baseline, sample)?;
        }
        for sweep in sweeps {
            for point in &sweep.points {
                let value = point.asked.to_string();
                for variant in &point.variants {
                    measured(&mut table, [lane, "sweep", sweep.over.name(), &value], variant)?;
                }
            }
        }
        Ok::<(), ReportError>(())
    };
    lane("native", &outcome.variants, outcome.control.as_ref(), &outcome.sweeps)?;
    if let Some(of) = &outcome.sqlalchemy {
        lane("sqlalchemy", &of.variants, of.control.as_ref(), &of.sweeps)?;
    }
    finished(table)
}

fn measured(table: &mut Writer<Vec<u8>>, place: [&str; 4], variant: &VariantOutcome) -> Result<(), ReportError> {
    variant.samples.iter().try_for_each(|sample| line(table, place, &variant.name, sample))
}

fn line(table: &mut Writer<Vec<u8>>, place: [&str; 4], variant: &str, sample: &Sample) -> Result<(), ReportError> {
    for text in place {
        table.write_field(text)?;
    }
    table.write_field(variant)?;
    table.write_field(sample.round.to_string())?;
    table.write_field(sample.tenant.map_or_else(String::new, |tenant| tenant.to_string()))?;
    let Bands { scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize, application: _ } =
        sample.bands;
    let times = [sample.latency, scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize];
    for number in times.map(|time| time.0).into_iter().chain([
        u64::from(sample.queries),
        u64::from(sample.round_trips),
        sample.rows,
    ]) {
        table.write_field(number.to_string())?;
    }
    Ok(table.write_record(None::<&[u8]>)?)
}

/// What stands beside the samples: what, when, where, and the experiment.
pub(crate) fn metadata(material: &Material<'_>, name: &str) -> Result<Vec<u8>, ReportError> {
    let outcome = material.outcome;
    let columns = SAMPLES.map(
        |(name, kind, meaning)| json!({ "name": name, "titles": name, "datatype": kind, "dc:description": meaning }),
    );
    let facts: Map<String, Value> =
        circumstances::facts(outcome).into_iter().map(|(name, fact)| (name, fact.into())).collect();
    let metadata = json!({
        "@context": ["http://www.w3.org/ns/csvw", { "fetchscope": "urn:fetchscope:" }],
        "url": name,
        "dc:title": circumstances::context(outcome),
        "dc:description": sentence::sentence(outcome, &material.rows),
        "dc:created": outcome.started_at,
        "tableSchema": { "columns": columns },
        "fetchscope:environment": facts,
        "fetchscope:experiment": Reproduction::of(&outcome.experiment)?.text,
    });
    let mut json = serde_json::to_vec_pretty(&metadata)?;
    json.push(b'\n');
    Ok(json)
}

/// The derived tables of an outcome, by the name of their file without its ending.
pub(crate) fn tables(material: &Material<'_>) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    let outcome = material.outcome;
    let mut all = vec![
        ("comparison".to_owned(), comparison(outcome, &material.rows)?),
        ("where-time-goes".to_owned(), bands(&outcome.variants)?),
        ("statements".to_owned(), statements(outcome)?),
    ];
    if let Some(lane) = &material.lane {
        all.push(("sqlalchemy-comparison".to_owned(), comparison(&lane.outcome, &lane.rows)?));
        all.push(("sqlalchemy-where-time-goes".to_owned(), bands(&lane.outcome.variants)?));
    }
    for (chart, of) in material.sweeps.iter().zip(outcome.sweeps.iter().filter(|one| !one.points.is_empty())) {
        all.push((crate::figures::sweep_name(chart), sweep(outcome, of)?));
    }
    Ok(all)
}

/// The figures of one variant's latency with their intervals.
const ESTIMATES: [&str; 6] = ["p50", "p90", "p95", "p99", "mean", "service"];

fn estimates(summary: &Summary) -> [Estimate; 6] {
    [summary.p50, summary.p90, summary.p95, summary.p99, summary.mean, summary.service]
}

fn comparison(outcome: &Outcome, rows: &[Row]) -> Result<Vec<u8>, ReportError> {
    let mut table = Writer::from_writer(Vec::new());
    let intervals = ESTIMATES.iter().flat_map(|name| ["_ns", "_low_ns", "_high_ns"].map(|end| format!("{name}{end}")));
    let head = ["variant", "answer", "queries", "round_trips", "rows", "bytes", "n"].map(str::to_owned);
    table.write_record(head.into_iter().chain(intervals).chain(["per_second".to_owned()]))?;
    for (row, variant) in rows.iter().zip(&outcome.variants) {
        let mut fields = vec![variant.name.clone(), row.verdict.clone()];
        match row.counts {
            Some(counts) => fields
                .extend([counts.queries, counts.round_trips, counts.rows, counts.bytes].map(|count| count.to_string())),
            None => fields.extend((0..4).map(|_| String::new())),
        }
        latency(&mut fields, row.latency.as_ref());
        fields.push(row.latency.as_ref().map_or_else(String::new, |latency| latency.throughput.to_string()));
        table.write_record(fields)?;
    }
    finished(table)
}

/// Number of samples and every estimate; empty where there is none.
fn latency(fields: &mut Vec<String>, summary: Option<&Summary>) {
    let whole = |time: Option<f64>| time.map_or_else(String::new, |time| format!("{time:.0}"));
    match summary {
        Some(summary) => {
            fields.push(summary.n.to_string());
            for one in estimates(summary) {
                fields.extend([Some(one.value), one.low, one.high].map(whole));
            }
        }
        None => fields.extend((0..=3 * ESTIMATES.len()).map(|_| String::new())),
    }
}

fn bands(variants: &[VariantOutcome]) -> Result<Vec<u8>, ReportError> {
    let mut table = Writer::from_writer(Vec::new());
    let bands = shown(variants);
    let names = bands.iter().map(|band| format!("{}_ns", band.replace(' ', "_")));
    table.write_record(["variant".to_owned()].into_iter().chain(names).chain(["mean_ns".to_owned()]))?;
    for variant in variants {
        let Some((times, mean)) = means(variant) else { continue };
        let figures = times.into_iter().take(bands.len()).chain([mean]).map(|time| format!("{time:.0}"));
        table.write_record(std::iter::once(variant.name.clone()).chain(figures))?;
    }
    finished(table)
}

fn statements(outcome: &Outcome) -> Result<Vec<u8>, ReportError> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(["variant", "path", "times", "rows", "sql"])?;
    for variant in &outcome.variants {
        for shape in &variant.statements {
            let (times, rows) = (shape.times.to_string(), shape.rows.to_string());
            table.write_record([&variant.name, shape.path.as_deref().unwrap_or(""), &times, &rows, &shape.sql])?;
        }
    }
    finished(table)
}

fn sweep(outcome: &Outcome, sweep: &SweepOutcome) -> Result<Vec<u8>, ReportError> {
    let mut table = Writer::from_writer(Vec::new());
    let intervals = ESTIMATES.iter().flat_map(|name| ["_ns", "_low_ns", "_high_ns"].map(|end| format!("{name}{end}")));
    let head = [sweep.over.name(), "variant", "queries", "n"].map(str::to_owned);
    table.write_record(head.into_iter().chain(intervals))?;
    for point in &sweep.points {
        for variant in &point.variants {
            let queries = variant.counts.map_or_else(String::new, |counts| counts.queries.to_string());
            let mut fields = vec![point.asked.to_string(), variant.name.clone(), queries];
            latency(&mut fields, Summary::of(variant, outcome.experiment.seed, outcome.environment.cores).as_ref());
            table.write_record(fields)?;
        }
    }
    finished(table)
}

fn finished(table: Writer<Vec<u8>>) -> Result<Vec<u8>, ReportError> {
    table.into_inner().map_err(|error| ReportError::Write(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, reopen};

    #[test]
    fn a_sample_a_line_and_every_name_survives() {
        let mut outcome = fixture::pair();
        outcome.variants[1].name = "joined, \"really\"\nso".to_owned();
        let csv = samples(&outcome).unwrap();
        let mut reader = ::csv::Reader::from_reader(csv.as_slice());
        assert_eq!(reader.headers().unwrap().len(), SAMPLES.len());
        let records: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 800);
        assert_eq!(&records[400][4], "joined, \"really\"\nso");
        let sample = outcome.variants[0].samples[7];
        assert_eq!((&records[7][0], &records[7][1], &records[7][5]), ("native", "run", "7"));
        assert_eq!(records[7][7].parse::<u64>().unwrap(), sample.latency.0);
    }

    #[test]
    fn what_stands_beside_it_names_every_column_and_carries_the_experiment() {
        let outcome = fixture::article();
        let metadata = metadata(&Material::of(&outcome), "samples.csv").unwrap();
        let read: Value = serde_json::from_slice(&metadata).unwrap();
        assert_eq!(read["tableSchema"]["columns"].as_array().unwrap().len(), SAMPLES.len());
        assert_eq!(read["fetchscope:environment"]["database"], "SQLite 3.51.0");
        assert_eq!(reopen::experiment(&metadata).unwrap().unwrap(), outcome.experiment);
    }

    #[test]
    fn derived_tables_have_plain_numbers() {
        let outcome = fixture::troubled();
        let material = Material::of(&outcome);
        let tables = tables(&material).unwrap();
        let (name, comparison) = &tables[0];
        let comparison = String::from_utf8(comparison.clone()).unwrap();
        assert_eq!((name.as_str(), comparison.lines().count()), ("comparison", 7));
        assert!(comparison.contains("joined_inner,wrong answer: 4 roots missing,1,3,996,213100,,"), "{comparison}");
    }
}
