//! The response: what the endpoint answers, as the bytes of canonical JSON (keys sorted, no white space).

use super::{Graph, ObjectId, Related};
use crate::mapping::document::RelationshipKind;
use crate::mapping::{ColumnId, ColumnKind, RelationshipId};
use crate::plan::{NodeId, Program};
use crate::value::{ValueRef, hex};
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::io::Write;
use std::ops::Range;

/// Roots whose size says how much memory a response takes.
const ROOTS_TO_JUDGE_BY: usize = 64;

/// Roots written between two looks whether to go on.
const ROOTS_AT_A_TIME: usize = 4_096;

/// Bytes hashed before looking whether to go on.
const BYTES_AT_A_TIME: usize = 1 << 20;

/// Which order collections are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// As they were loaded.
    AsReturned,
    /// What has no defined order sorted by primary key: the form to compare strategies by.
    Canonical,
}

/// Why a response was not written to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWritten {
    /// Whoever asked for it no longer wants it.
    Stopped,
    /// It has more bytes than it may have.
    TooLarge,
}

/// What a program's response consists of, worked out once.
#[derive(Debug)]
pub struct ResponseShape {
    node: NodeId,
    /// Whether several objects can have the same one of these.
    shared: bool,
    fields: Vec<Field>,
    key: Vec<ColumnId>,
    /// Whether a collection of these has a defined order.
    ordered: bool,
}

#[derive(Debug)]
struct Field {
    /// `{"name":` of the first, `,"name":` of the others.
    label: Vec<u8>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Column(ColumnId, ColumnKind),
    Related(RelationshipId, ResponseShape),
}

/// A response while it is written.
struct Writer<'g> {
    graph: &'g Graph,
    arrangement: Arrangement,
    bytes: Vec<u8>,
    /// How many bytes it may have. Once there are more, nothing else is written.
    most: usize,
    /// Where objects that others can share stand: what was written once is copied from there.
    written: FxHashMap<(NodeId, ObjectId), Range<usize>>,
}

impl ResponseShape {
    /// The response of a program.
    #[must_use]
    pub fn of(program: &Program) -> ResponseShape {
        ResponseShape::of_node(program, program.main.node, !program.main.filter.order_by.is_empty())
    }

    fn of_node(program: &Program, id: NodeId, ordered: bool) -> ResponseShape {
        let node = program.node(id);
        let entity = program.mapping.entity(node.entity);
        let mut fields: Vec<(&str, Content)> = entity
            .column_ids()
            .map(|column| (&*entity.column(column).name, Content::Column(column, entity.column(column).kind)))
            .collect();
        for child in node.children.iter().copied().filter(|child| program.node(*child).accessed) {
            if let Some((_, id, relationship)) = program.relationship(child) {
                let shape = ResponseShape::of_node(program, child, !relationship.order_by.is_empty());
                fields.push((&*relationship.name, Content::Related(id, shape)));
            }
        }
        fields.sort_by_key(|(name, _)| *name);
        let fields = fields
            .into_iter()
            .enumerate()
            .map(|(index, (name, content))| {
                let mut label = vec![if index == 0 { b'{' } else { b',' }];
                write_text(name, &mut label);
                label.push(b':');
                Field { label, content }
            })
            .collect();
        let shared = program.relationship(id).is_some_and(|(_, _, relationship)| match relationship.kind {
            RelationshipKind::ManyToOne | RelationshipKind::ManyToMany => true,
            RelationshipKind::OneToMany | RelationshipKind::OneToOne => false,
        });
        ResponseShape { node: id, shared, fields, key: entity.primary_key.clone(), ordered }
    }

    /// Writes the response of these roots.
    #[must_use]
    pub fn write(&self, graph: &Graph, roots: &[ObjectId], arrangement: Arrangement) -> Vec<u8> {
        self.write_while(graph, roots, arrangement, usize::MAX, &|| true).unwrap_or_default()
    }

    /// Writes it some thousand roots at a time, as long as it is to go on and has at most so many bytes.
    pub fn write_while(
        &self,
        graph: &Graph,
        roots: &[ObjectId],
        arrangement: Arrangement,
        most: usize,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, NotWritten> {
        let mut writer = Writer::new(graph, arrangement, most);
        let roots = self.arranged(roots, &writer);
        writer.bytes.push(b'[');
        let mut written = 0;
        while written < roots.len() {
            if !go_on() {
                return Err(NotWritten::Stopped);
            }
            // The first few say how much memory the others take: growing by doubling would take twice what is needed.
            let at_a_time = if written == 0 { ROOTS_TO_JUDGE_BY } else { ROOTS_AT_A_TIME };
            let part = &roots[written..roots.len().min(written + at_a_time)];
            let bytes = &mut writer.bytes;
            let expected = |roots: usize| (bytes.len() / written.max(1)).saturating_mul(roots).min(most) / 8 * 9;
            if written > 0 && bytes.capacity() - bytes.len() < expected(part.len()) {
                bytes.reserve_exact(expected(roots.len() - written));
            }
            for object in part {
                if writer.bytes.len() > 1 {
                    writer.bytes.push(b',');
                }
                self.write_object(*object, &mut writer);
            }
            if writer.is_full() {
                return Err(NotWritten::TooLarge);
            }
            written += part.len();
        }
        writer.bytes.push(b']');
        Ok(writer.bytes)
    }

    /// Objects in the order in which they are written.
    fn arranged<'o>(&self, objects: &'o [ObjectId], writer: &Writer<'_>) -> Cow<'o, [ObjectId]> {
        if writer.arrangement == Arrangement::AsReturned || self.ordered {
            return Cow::Borrowed(objects);
        }
        let mut sorted = objects.to_vec();
        sorted.sort_by(|left, right| self.compare(writer.graph, *left, *right));
        Cow::Owned(sorted)
    }

    fn write_list(&self, objects: &[ObjectId], writer: &mut Writer<'_>) {
        let objects = self.arranged(objects, writer);
        writer.bytes.push(b'[');
        for (index, object) in objects.iter().enumerate() {
            if index > 0 {
                writer.bytes.push(b',');
            }
            self.write_target(*object, writer);
        }
        writer.bytes.push(b']');
    }

    fn compare(&self, graph: &Graph, left: ObjectId, right: ObjectId) -> Ordering {
        self.key
            .iter()
            .map(|column| compare(graph.value(left, *column), graph.value(right, *column)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Writes an object that others refer to.
    fn write_target(&self, id: ObjectId, writer: &mut Writer<'_>) {
        if !self.shared {
            return self.write_object(id, writer);
        }
        if let Some(before) = writer.written.get(&(self.node, id)) {
            if !writer.is_full() {
                writer.bytes.extend_from_within(before.clone());
            }
            return;
        }
        let start = writer.bytes.len();
        self.write_object(id, writer);
        writer.written.insert((self.node, id), start..writer.bytes.len());
    }

    fn write_object(&self, id: ObjectId, writer: &mut Writer<'_>) {
        if writer.is_full() {
            return;
        }
        let graph = writer.graph;
        for field in &self.fields {
            writer.bytes.extend_from_slice(&field.label);
            match &field.content {
                Content::Column(column, kind) => write_typed(graph.value(id, *column), *kind, &mut writer.bytes),
                Content::Related(relationship, shape) => match graph.related(id, *relationship) {
                    Related::One(Some(target)) => shape.write_target(*target, writer),
                    Related::One(None) | Related::Unloaded => writer.bytes.extend_from_slice(b"null"),
                    Related::Many(targets) => shape.write_list(targets, writer),
                },
            }
        }
        writer.bytes.push(b'}');
    }
}

impl<'g> Writer<'g> {
    fn new(graph: &'g Graph, arrangement: Arrangement, most: usize) -> Writer<'g> {
        Writer { graph, arrangement, bytes: Vec::new(), most, written: FxHashMap::default() }
    }

    fn is_full(&self) -> bool {
        self.bytes.len() > self.most
    }
}

/// SHA-256 of a response, in hexadecimal.
#[must_use]
pub fn hash(response: &[u8]) -> String {
    hex(&Sha256::digest(response))
}

/// The same as long as it is to go on; `None` when it is not.
#[must_use]
pub fn hash_while(response: &[u8], go_on: &dyn Fn() -> bool) -> Option<String> {
    let mut sha = Sha256::new();
    for part in response.chunks(BYTES_AT_A_TIME) {
        if !go_on() {
            return None;
        }
        sha.update(part);
    }
    Some(hex(&sha.finalize()))
}

fn compare(left: ValueRef<'_>, right: ValueRef<'_>) -> Ordering {
    match (left, right) {
        (ValueRef::Integer(left), ValueRef::Integer(right)) => left.cmp(&right),
        (ValueRef::Text(left), ValueRef::Text(right)) => left.cmp(right),
        (ValueRef::Real(left), ValueRef::Real(right)) => left.total_cmp(&right),
        (ValueRef::Boolean(left), ValueRef::Boolean(right)) => left.cmp(&right),
        (ValueRef::Blob(left), ValueRef::Blob(right)) => left.cmp(right),
        (left, right) => rank(left).cmp(&rank(right)),
    }
}

fn rank(value: ValueRef<'_>) -> u8 {
    match value {
        ValueRef::Null => 0,
        ValueRef::Boolean(_) => 1,
        ValueRef::Integer(_) => 2,
        ValueRef::Real(_) => 3,
        ValueRef::Text(_) => 4,
        ValueRef::Blob(_) => 5,
    }
}

/// A column's value: dates in ISO 8601, decimals as text with the ten digits after the point that SQLAlchemy reads back
/// from a database without decimals.
fn write_typed(value: ValueRef<'_>, kind: ColumnKind, bytes: &mut Vec<u8>) {
    match (kind, value) {
        (ColumnKind::DateTime, ValueRef::Text(text)) => {
            let iso = text.replacen(' ', "T", 1);
            write_text(iso.strip_suffix(".000000").unwrap_or(&iso), bytes);
        }
        (ColumnKind::Numeric, ValueRef::Real(number)) => write_text(&decimal(number), bytes),
        (ColumnKind::Numeric, ValueRef::Integer(0)) => write_text("0E-10", bytes),
        (ColumnKind::Numeric, ValueRef::Integer(number)) => write_text(&format!("{number}.0000000000"), bytes),
        (
            ColumnKind::Plain | ColumnKind::Boolean | ColumnKind::DateTime | ColumnKind::Numeric | ColumnKind::Bytes,
            value,
        ) => {
            write_value(value, bytes);
        }
    }
}

/// Ten digits after the point, as Python's `Decimal` writes them: in scientific notation below 0.000001.
fn decimal(number: f64) -> String {
    let plain = format!("{number:.10}");
    let digits = plain.trim_start_matches(['-', '0', '.']);
    let sign = if plain.starts_with('-') { "-" } else { "" };
    match digits.split_at_checked(1) {
        None => format!("{sign}0E-10"),
        Some((first, rest)) if number.abs() < 1.0 && digits.len() < 5 => {
            let point = if rest.is_empty() { "" } else { "." };
            format!("{sign}{first}{point}{rest}E{}", digits.len() as i32 - 11)
        }
        Some(_) => plain,
    }
}

fn write_value(value: ValueRef<'_>, bytes: &mut Vec<u8>) {
    match value {
        ValueRef::Null => bytes.extend_from_slice(b"null"),
        ValueRef::Boolean(true) => bytes.extend_from_slice(b"true"),
        ValueRef::Boolean(false) => bytes.extend_from_slice(b"false"),
        ValueRef::Integer(number) => bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        ValueRef::Real(number) => write_real(number, bytes),
        ValueRef::Text(text) => write_text(text, bytes),
        ValueRef::Blob(blob) => write_text(&hex(blob), bytes),
    }
}

/// As Python writes a float: the shortest digits that read back, an exponent from 16 digits on and below 0.0001.
fn write_real(number: f64, bytes: &mut Vec<u8>) {
    let text = if number.is_infinite() {
        // JSON has no infinity; as text it survives.
        if number > 0.0 { "\"Infinity\"".to_owned() } else { "\"-Infinity\"".to_owned() }
    } else if number != 0.0 && !(1e-4..1e16).contains(&number.abs()) {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
        format!("{digits}e{sign}{exponent:0>2}")
    } else {
        format!("{number:?}")
    };
    bytes.extend_from_slice(text.as_bytes());
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, from) = rest.split_at(plain_until(rest));
        bytes.extend_from_slice(plain);
        let Some((byte, after)) = from.split_first() else { break };
        match byte {
            b'"' => bytes.extend_from_slice(b"\\\""),
            b'\\' => bytes.extend_from_slice(b"\\\\"),
            b'\n' => bytes.extend_from_slice(b"\\n"),
            b'\r' => bytes.extend_from_slice(b"\\r"),
            b'\t' => bytes.extend_from_slice(b"\\t"),
            0x08 => bytes.extend_from_slice(b"\\b"),
            0x0c => bytes.extend_from_slice(b"\\f"),
            _ => {
                let _ = write!(bytes, "\\u{byte:04x}");
            }
        }
        rest = after;
    }
    bytes.push(b'"');
}

/// How many bytes need no escape. Eight are looked at in one go, which the compiler does at once.
fn plain_until(bytes: &[u8]) -> usize {
    let escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let any = |eight: &&[u8]| eight.iter().fold(false, |any, byte| any | escaped(byte));
    let plain = 8 * bytes.chunks_exact(8).take_while(|eight| !any(eight)).count();
    plain + bytes[plain..].iter().take_while(|byte| !escaped(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: ValueRef<'_>) -> String {
        let mut bytes = Vec::new();
        write_value(value, &mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn text_is_escaped_as_json_and_not_beyond() {
        assert_eq!(written(ValueRef::Text("a\"b\\c\n\u{1}é😀/")), "\"a\\\"b\\\\c\\n\\u0001é😀/\"");
    }

    #[test]
    fn floats_are_written_as_python_writes_them() {
        let texts = [0.0, 1.0, 0.1, 1e16, 1.5e300, 1e-5, 0.0001, 123_456_789.125, -2.5e-7];
        let written: Vec<_> = texts.map(|number| written(ValueRef::Real(number))).into();
        assert_eq!(written, ["0.0", "1.0", "0.1", "1e+16", "1.5e+300", "1e-05", "0.0001", "123456789.125", "-2.5e-07"]);
    }

    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(hash(b"[]"), "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
    }
}
