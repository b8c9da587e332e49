//! Names with a number, which SQLAlchemy gives out in the order in which they first appear in the text.

use super::Renderer;
use crate::sql::{Bind, ColumnName, ColumnRef, Dialect, Source, SourceId};
use rustc_hash::FxHashMap;

/// Letters of a name that PostgreSQL keeps whole: SQLAlchemy leaves six of its 63 for a number.
const LONGEST: usize = 57;

/// The names of one statement that were given out.
#[derive(Default)]
pub(super) struct Names {
    /// The number of each anonymous name that has appeared.
    numbers: FxHashMap<Anonymous, u32>,
    /// The last number given, by what is numbered: aliases and labels share it.
    last: FxHashMap<String, u32>,
    /// What long names were cut to.
    cut: FxHashMap<(Long, String), String>,
}

/// What has an anonymous name: a name and a number.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Anonymous {
    /// An alias.
    Source(SourceId),
    /// A column whose name is taken in its SELECT list.
    Column(ColumnRef),
    /// A column whose label `table_column` is taken there.
    Label(ColumnRef),
}

/// Long names of two sorts, counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Long {
    Alias,
    Column,
}

impl Names {
    fn next_number(&mut self, plain: String) -> u32 {
        let last = self.last.entry(plain).or_insert(0);
        *last += 1;
        *last
    }

    /// A name with a number. What would disturb SQLAlchemy's own placeholders becomes an underscore.
    pub(super) fn anonymous(&mut self, what: Anonymous, name: &str) -> String {
        let plain = with_one_underscore(name, "%() $");
        let number = match self.numbers.get(&what) {
            Some(number) => *number,
            None => {
                let number = self.next_number(plain.clone());
                self.numbers.insert(what, number);
                number
            }
        };
        format!("{plain}_{number}")
    }

    /// The name cut to what the database takes.
    fn cut(&mut self, dialect: Dialect, sort: Long, name: String) -> String {
        match dialect {
            Dialect::Sqlite => return name,
            Dialect::Postgres if name.chars().count() <= LONGEST => return name,
            Dialect::Postgres => {}
        }
        let number = 1 + self.cut.keys().filter(|(of, _)| *of == sort).count();
        let start: String = name.chars().take(LONGEST).collect();
        self.cut.entry((sort, name)).or_insert_with(|| format!("{start}_{number:x}")).clone()
    }
}

impl Renderer<'_> {
    /// The name by which a FROM element's columns are qualified.
    pub(super) fn source_name(&mut self, id: SourceId) -> String {
        let name = self.whole_source_name(id);
        match self.query.sources[id.0 as usize] {
            Source::Table(_) => name,
            Source::Alias(_) | Source::Derived(_) | Source::Nested => self.names.cut(self.dialect, Long::Alias, name),
        }
    }

    fn whole_source_name(&mut self, id: SourceId) -> String {
        let query = self.query;
        match &query.sources[id.0 as usize] {
            Source::Table(table) => table.label(),
            Source::Alias(table) => self.names.anonymous(Anonymous::Source(id), &table.name),
            Source::Derived(_) | Source::Nested => self.names.anonymous(Anonymous::Source(id), "anon"),
        }
    }

    /// What a column is called where it stands.
    pub(super) fn column_name(&mut self, name: &ColumnName) -> String {
        let whole = self.name(name);
        match name {
            ColumnName::Plain(_) => whole,
            ColumnName::Derived(..) | ColumnName::Numbered(..) => self.label(whole),
        }
    }

    /// A label as it is written.
    pub(super) fn label(&mut self, whole: String) -> String {
        self.names.cut(self.dialect, Long::Column, whole)
    }

    pub(super) fn name(&mut self, name: &ColumnName) -> String {
        match name {
            ColumnName::Plain(name) => name.to_string(),
            ColumnName::Derived(source, name) => self.table_column(&ColumnRef::new(*source, name)),
            ColumnName::Numbered(source, name) => {
                self.names.anonymous(Anonymous::Column(ColumnRef::new(*source, name)), name)
            }
        }
    }

    pub(super) fn table_column(&mut self, column: &ColumnRef) -> String {
        if let ColumnName::Plain(name) = &column.name
            && let Some(label) = self.query.labels.get(&(column.source, name.clone()))
        {
            return label.clone();
        }
        let source = self.whole_source_name(column.source);
        let name = self.name(&column.name);
        format!("{source}_{name}")
    }

    /// Takes the number that the name of a parameter has.
    pub(super) fn bind(&mut self, bind: Bind, columns: &[ColumnRef]) {
        let name = match (bind, columns) {
            (Bind::Fixed, _) => return,
            (Bind::Column, [column, ..]) => self.name(&column.name),
            (Bind::Column, []) | (Bind::Param, _) => "param".to_owned(),
        };
        let plain = with_one_underscore(&name, "%() $.[]:");
        self.names.next_number(plain.trim_matches('_').to_owned());
    }
}

/// The name with an underscore in place of these letters, one for as many as follow each other.
fn with_one_underscore(name: &str, letters: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut replaced = false;
    for letter in name.chars() {
        let replaces = letters.contains(letter);
        if !(replaces && replaced) {
            plain.push(if replaces { '_' } else { letter });
        }
        replaced = replaces;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_numbered_each_sort_for_itself() {
        let mut names = Names::default();
        let mut cut = |dialect, sort, name: String| names.cut(dialect, sort, name);
        let (first, second) = ("é".repeat(58), "b".repeat(58));
        assert_eq!(cut(Dialect::Sqlite, Long::Alias, first.clone()), first);
        assert_eq!(cut(Dialect::Postgres, Long::Alias, "é".repeat(57)), "é".repeat(57));
        assert_eq!(cut(Dialect::Postgres, Long::Alias, first.clone()), format!("{}_1", "é".repeat(57)));
        assert_eq!(cut(Dialect::Postgres, Long::Alias, second.clone()), format!("{}_2", "b".repeat(57)));
        assert_eq!(cut(Dialect::Postgres, Long::Alias, first.clone()), format!("{}_1", "é".repeat(57)));
        assert_eq!(cut(Dialect::Postgres, Long::Column, first), format!("{}_1", "é".repeat(57)));
    }
}
