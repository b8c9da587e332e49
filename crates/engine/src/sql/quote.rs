//! Identifiers: which of them SQLAlchemy quotes.

mod postgres;
mod sqlite;

use super::Dialect;
use crate::mapping::TableName;
use std::borrow::Cow;

impl Dialect {
    /// The identifier as it stands in SQL: quoted when it is reserved or not plain lower case.
    #[must_use]
    pub fn quote(self, name: &str) -> Cow<'_, str> {
        let plain = name.bytes().enumerate().all(|(index, byte)| match byte {
            b'a'..=b'z' | b'_' => true,
            b'0'..=b'9' | b'$' => index > 0,
            _ => false,
        });
        if plain && !name.is_empty() && self.reserved().binary_search(&name).is_err() {
            Cow::Borrowed(name)
        } else {
            Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
        }
    }

    /// A table as it stands in SQL, with its schema where that has to be said.
    #[must_use]
    pub fn quote_table<'n>(self, table: &'n TableName) -> Cow<'n, str> {
        match &table.schema {
            Some(schema) => Cow::Owned(format!("{}.{}", self.quote(schema), self.quote(&table.name))),
            None => self.quote(&table.name),
        }
    }

    fn reserved(self) -> &'static [&'static str] {
        match self {
            Dialect::Sqlite => sqlite::RESERVED,
            Dialect::Postgres => postgres::RESERVED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_mixed_case_and_odd_names_are_quoted() {
        let names = ["name", "userName", "1st", "a b", "straße", "say \"hi\"", ""];
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let quoted: Vec<_> = names.map(|name| dialect.quote(name)).into();
            let wanted = ["name", "\"userName\"", "\"1st\"", "\"a b\"", "\"straße\"", "\"say \"\"hi\"\"\"", "\"\""];
            assert_eq!(quoted, wanted);
            assert!(dialect.reserved().is_sorted());
        }
    }

    #[test]
    fn each_database_has_its_own_reserved_words() {
        let quoted = |dialect: Dialect| ["plan", "user", "order"].map(|name| dialect.quote(name));
        assert_eq!(quoted(Dialect::Sqlite), ["\"plan\"", "user", "\"order\""]);
        assert_eq!(quoted(Dialect::Postgres), ["plan", "\"user\"", "\"order\""]);
    }
}
