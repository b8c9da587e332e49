//! Many values in little space: numbers in place, text and bytes one after the other in one allocation each.

use super::{Value, ValueRef};

/// Values one after the other. What is replaced keeps its text until all are dropped.
#[derive(Debug, Clone, Default)]
pub struct Values {
    cells: Vec<Cell>,
    texts: String,
    blobs: Vec<u8>,
}

/// A value, or where it stands.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text { length: u32, start: usize },
    Blob { length: u32, start: usize },
}

impl Values {
    /// How many there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Drops them, and keeps their memory for others.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.texts.clear();
        self.blobs.clear();
    }

    /// Gives back the memory that was kept for others.
    pub(crate) fn shrink(&mut self) {
        self.cells.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.blobs.shrink_to_fit();
    }

    /// A value by its number.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> ValueRef<'_> {
        match self.cells[index] {
            Cell::Null => ValueRef::Null,
            Cell::Boolean(value) => ValueRef::Boolean(value),
            Cell::Integer(value) => ValueRef::Integer(value),
            Cell::Real(value) => ValueRef::Real(value),
            Cell::Text { length, start } => ValueRef::Text(&self.texts[start..start + length as usize]),
            Cell::Blob { length, start } => ValueRef::Blob(&self.blobs[start..start + length as usize]),
        }
    }

    /// Size in bytes as the trace counts it: text and blobs their length, numbers 8, booleans 1, null 0.
    #[must_use]
    pub fn byte_count(&self) -> u64 {
        let size = |cell: &Cell| match cell {
            Cell::Null => 0,
            Cell::Boolean(_) => 1,
            Cell::Integer(_) | Cell::Real(_) => 8,
            Cell::Text { length, .. } | Cell::Blob { length, .. } => u64::from(*length),
        };
        self.cells.iter().map(size).sum()
    }

    /// Adds a value.
    #[inline(always)]
    pub fn push(&mut self, value: ValueRef<'_>) {
        // Inlined, and each kind pushed by itself, a cell is made in its place. Made elsewhere, it is written in parts and
        // read back as a whole, for which the processor has to wait.
        match value {
            ValueRef::Null => self.cells.push(Cell::Null),
            ValueRef::Boolean(value) => self.cells.push(Cell::Boolean(value)),
            ValueRef::Integer(value) => self.cells.push(Cell::Integer(value)),
            ValueRef::Real(value) => self.cells.push(Cell::Real(value)),
            ValueRef::Text(text) => {
                let cell = self.text(text);
                self.cells.push(cell);
            }
            ValueRef::Blob(blob) => {
                let cell = self.blob(blob);
                self.cells.push(cell);
            }
        }
    }

    /// Adds text that is written to the end of what stands there: nothing before it may be changed.
    #[inline]
    pub fn push_written(&mut self, write: impl FnOnce(&mut String)) {
        let start = self.texts.len();
        write(&mut self.texts);
        let length = self.texts.len().saturating_sub(start) as u32;
        self.cells.push(Cell::Text { length, start });
    }

    /// Adds values that stand in others, at these places; `Null` for none.
    #[inline]
    pub(crate) fn extend_from(&mut self, others: &Values, places: impl ExactSizeIterator<Item = Option<usize>>) {
        self.cells.reserve(places.len());
        for place in places {
            let cell = match place.map(|place| others.cells[place]) {
                None => Cell::Null,
                Some(number @ (Cell::Null | Cell::Boolean(_) | Cell::Integer(_) | Cell::Real(_))) => number,
                Some(Cell::Text { length, start }) => self.text(&others.texts[start..start + length as usize]),
                Some(Cell::Blob { length, start }) => self.blob(&others.blobs[start..start + length as usize]),
            };
            self.cells.push(cell);
        }
    }

    /// Puts another value in the place of one.
    #[inline]
    pub fn set(&mut self, index: usize, value: ValueRef<'_>) {
        self.cells[index] = self.cell(value);
    }

    #[inline]
    fn cell(&mut self, value: ValueRef<'_>) -> Cell {
        match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Boolean(value) => Cell::Boolean(value),
            ValueRef::Integer(value) => Cell::Integer(value),
            ValueRef::Real(value) => Cell::Real(value),
            ValueRef::Text(text) => self.text(text),
            ValueRef::Blob(blob) => self.blob(blob),
        }
    }

    #[inline]
    fn text(&mut self, text: &str) -> Cell {
        let start = self.texts.len();
        self.texts.push_str(text);
        Cell::Text { length: text.len() as u32, start }
    }

    fn blob(&mut self, blob: &[u8]) -> Cell {
        let start = self.blobs.len();
        self.blobs.extend_from_slice(blob);
        Cell::Blob { length: blob.len() as u32, start }
    }
}

impl FromIterator<Value> for Values {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Values {
        let mut packed = Values::default();
        values.into_iter().for_each(|value| packed.push(value.as_ref()));
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_as_they_went_in() {
        let all = [
            Value::Null,
            Value::Boolean(true),
            Value::Integer(-7),
            Value::Real(0.5),
            Value::from("é"),
            Value::from(""),
            Value::Blob([0, 255].into()),
        ];
        let mut packed: Values = all.iter().cloned().collect();
        let out: Vec<Value> = (0..packed.len()).map(|index| packed.get(index).to_value()).collect();
        assert_eq!(out, all);
        packed.set(2, ValueRef::Text("instead"));
        assert_eq!((packed.get(2), packed.get(4)), (ValueRef::Text("instead"), ValueRef::Text("é")));
        packed.push_written(|text| text.push_str("written"));
        assert_eq!(packed.get(packed.len() - 1), ValueRef::Text("written"));
    }

    #[test]
    fn a_value_takes_sixteen_bytes() {
        assert_eq!(size_of::<Cell>(), 16);
    }
}
