//! Rows in PostgreSQL's binary COPY format (its documentation, `COPY`, "Binary Format"), apart from any server: so they are
//! made ready while a server does something else.

use super::LoadError;
use bytes::{BufMut, Bytes, BytesMut};
use fetchscope_engine::mapping::document::TableDocument;
use fetchscope_engine::value::Value;

/// Bytes of a table between two messages to the server.
const CHUNK: usize = 256 * 1024;

/// Makes the rows of one table ready to be copied, a chunk at a time.
#[derive(Debug)]
pub struct Encoder<'t> {
    table: &'t TableDocument,
    encodings: Vec<Encoding>,
    waiting: BytesMut,
    rows: u64,
}

/// Some rows of a table, ready to be copied.
#[derive(Debug)]
pub struct Chunk {
    pub(super) bytes: Bytes,
    /// How many they are.
    pub rows: u64,
}

impl<'t> Encoder<'t> {
    pub(super) fn new(table: &'t TableDocument) -> Encoder<'t> {
        let encodings = table.columns.iter().map(|column| Encoding::of(&column.type_name)).collect();
        let mut waiting = BytesMut::with_capacity(CHUNK + CHUNK / 8);
        waiting.put_slice(HEADER);
        Encoder { table, encodings, waiting, rows: 0 }
    }

    /// Takes in one row, its values in the order of the table's columns; gives a chunk when one is full.
    ///
    /// # Errors
    /// When a value is not of its column's type.
    pub fn row(&mut self, values: &[Value]) -> Result<Option<Chunk>, LoadError> {
        row(values, &self.encodings, &mut self.waiting).map_err(|place| LoadError::Value {
            table: self.table.table.clone(),
            column: self.table.columns.get(place).map_or_else(String::new, |column| column.name.clone()),
        })?;
        self.rows += 1;
        Ok((self.waiting.len() >= CHUNK).then(|| self.chunk()))
    }

    /// The end of the table.
    #[must_use]
    pub fn end(mut self) -> Chunk {
        self.waiting.put_i16(-1);
        self.chunk()
    }

    fn chunk(&mut self) -> Chunk {
        let full = std::mem::replace(&mut self.waiting, BytesMut::with_capacity(CHUNK + CHUNK / 8));
        Chunk { bytes: full.freeze(), rows: std::mem::take(&mut self.rows) }
    }
}

/// The signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// How the values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Int2,
    Int4,
    Int8,
    Float8,
    Boolean,
    /// Text as it is, bytes as they are: both formats of these types are the same.
    Bytes,
    /// A type whose binary form is not written here.
    Other,
}

impl Encoding {
    /// By the name of a mapped type.
    fn of(type_name: &str) -> Encoding {
        match type_name.split_once('(').map_or(type_name, |(base, _)| base) {
            "smallinteger" | "small_integer" => Encoding::Int2,
            "integer" => Encoding::Int4,
            "biginteger" | "big_integer" => Encoding::Int8,
            "float" => Encoding::Float8,
            "boolean" => Encoding::Boolean,
            "string" | "text" | "json" | "large_binary" | "largebinary" | "blob" => Encoding::Bytes,
            _ => Encoding::Other,
        }
    }
}

/// One row; where a value is not of its column's type, the place of that column.
fn row(values: &[Value], encodings: &[Encoding], out: &mut BytesMut) -> Result<(), usize> {
    let count = i16::try_from(values.len()).map_err(|_| 0_usize)?;
    out.put_i16(count);
    for (place, value) in values.iter().enumerate() {
        let encoding = encodings.get(place).ok_or(place)?;
        field(value, *encoding, out).ok_or(place)?;
    }
    Ok(())
}

fn field(value: &Value, encoding: Encoding, out: &mut BytesMut) -> Option<()> {
    match (value, encoding) {
        (Value::Null, _) => out.put_i32(-1),
        (Value::Integer(number), Encoding::Int2) => {
            out.put_i32(2);
            out.put_i16(i16::try_from(*number).ok()?);
        }
        (Value::Integer(number), Encoding::Int4) => {
            out.put_i32(4);
            out.put_i32(i32::try_from(*number).ok()?);
        }
        (Value::Integer(number), Encoding::Int8) => {
            out.put_i32(8);
            out.put_i64(*number);
        }
        (Value::Integer(number), Encoding::Float8) => {
            out.put_i32(8);
            out.put_f64(*number as f64);
        }
        (Value::Real(number), Encoding::Float8) => {
            out.put_i32(8);
            out.put_f64(*number);
        }
        (Value::Boolean(truth), Encoding::Boolean) => {
            out.put_i32(1);
            out.put_u8(u8::from(*truth));
        }
        (Value::Text(text), Encoding::Bytes) => bytes(text.as_bytes(), out)?,
        (Value::Blob(blob), Encoding::Bytes) => bytes(blob, out)?,
        _ => return None,
    }
    Some(())
}

fn bytes(bytes: &[u8], out: &mut BytesMut) -> Option<()> {
    out.put_i32(i32::try_from(bytes.len()).ok()?);
    out.put_slice(bytes);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_written_as_the_documentation_says() {
        let mut out = BytesMut::new();
        let values = [Value::Integer(7), Value::Null, Value::Text("aé".into()), Value::Boolean(true)];
        let encodings = [Encoding::Int4, Encoding::Int8, Encoding::Bytes, Encoding::Boolean];
        row(&values, &encodings, &mut out).unwrap();
        let expected: &[u8] =
            b"\x00\x04\x00\x00\x00\x04\x00\x00\x00\x07\xff\xff\xff\xff\x00\x00\x00\x03a\xc3\xa9\x00\x00\x00\x01\x01";
        assert_eq!(&*out, expected);
    }

    #[test]
    fn a_value_of_another_type_names_its_place() {
        let mut out = BytesMut::new();
        let encodings = [Encoding::Int4, Encoding::Int2];
        assert_eq!(row(&[Value::Integer(1), Value::Integer(40_000)], &encodings, &mut out), Err(1));
        assert_eq!(row(&[Value::Text("x".into())], &encodings, &mut out), Err(0));
    }
}
