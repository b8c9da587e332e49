//! The numbers of a chart as a table, for those who do not see it and those who want the digits.

/// A table of texts: every row has as many figures as the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Headings of the figures' columns.
    pub head: Vec<String>,
    /// A variant a row, by its index, with a figure a column.
    pub rows: Vec<(usize, Vec<String>)>,
}
