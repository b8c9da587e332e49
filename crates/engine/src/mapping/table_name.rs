//! The name of a table, which has two parts where the table is not in the schema that a bare name stands for.

use std::fmt;
use std::sync::Arc;

/// A table by its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    /// Its schema, where it has to be said.
    pub schema: Option<Arc<str>>,
    /// Its own name.
    pub name: Arc<str>,
}

impl TableName {
    pub(crate) fn new(schema: Option<&str>, name: &str) -> TableName {
        TableName { schema: schema.map(Into::into), name: name.into() }
    }

    /// What labels of its columns begin with.
    pub(crate) fn label(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}_{}", schema.replace('.', "_"), self.name),
            None => self.name.to_string(),
        }
    }
}

/// As people and foreign keys write it.
impl fmt::Display for TableName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(formatter, "{schema}.{}", self.name),
            None => formatter.write_str(&self.name),
        }
    }
}
