//! The outcome itself as JSON, described by `docs/outcome.schema.json`: indented, and what is many of a kind a line each.

use crate::error::ReportError;
use fetchscope_experiment::outcome::Outcome;
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// The outcome, raw samples included.
pub(crate) fn render(outcome: &Outcome) -> Result<Vec<u8>, ReportError> {
    let mut json = Vec::new();
    outcome.serialize(&mut Serializer::with_formatter(&mut json, Indented::default()))?;
    json.push(b'\n');
    Ok(json)
}

/// Deeper than this a value stands on one line: a sample, a statement, a tenant.
const DEEPEST: usize = 4;

/// Indents down to [`DEEPEST`].
#[derive(Default)]
struct Indented {
    pretty: PrettyFormatter<'static>,
    depth: usize,
}

impl Indented {
    fn is_flat(&self) -> bool {
        self.depth > DEEPEST
    }
}

fn comma<W: ?Sized + Write>(writer: &mut W, first: bool) -> io::Result<()> {
    if first { Ok(()) } else { writer.write_all(b", ") }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.is_flat() { writer.write_all(b"[") } else { self.pretty.begin_array(writer) }
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let flat = self.is_flat();
        self.depth -= 1;
        if flat { writer.write_all(b"]") } else { self.pretty.end_array(writer) }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if self.is_flat() { comma(writer, first) } else { self.pretty.begin_array_value(writer, first) }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.is_flat() { Ok(()) } else { self.pretty.end_array_value(writer) }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.is_flat() { writer.write_all(b"{") } else { self.pretty.begin_object(writer) }
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let flat = self.is_flat();
        self.depth -= 1;
        if flat { writer.write_all(b"}") } else { self.pretty.end_object(writer) }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if self.is_flat() { comma(writer, first) } else { self.pretty.begin_object_key(writer, first) }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.is_flat() { Ok(()) } else { self.pretty.end_object_value(writer) }
    }
}
