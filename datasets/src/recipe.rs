//! `generator.toml` as it is written, before it is held against a mapping.

use indexmap::IndexMap;
use serde::Deserialize;

/// The version of the format this build reads.
pub(crate) const VERSION: u32 = 1;

/// How a sample is made.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    pub(crate) version: u32,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) sizes: IndexMap<String, Size>,
    pub(crate) tables: IndexMap<String, TableRecipe>,
}

/// How large a sample may be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Size {
    pub(crate) description: String,
    /// The endpoint to begin with.
    pub(crate) endpoint: String,
    /// Rows of the tables that are counted.
    pub(crate) rows: IndexMap<String, u64>,
    /// Rows per parent, where this size has others than the table says.
    #[serde(default)]
    pub(crate) each: IndexMap<String, PerParent>,
}

/// How a table is filled.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableRecipe {
    /// Makes rows for each row of another table, instead of a number per size.
    pub(crate) each: Option<Each>,
    #[serde(default)]
    pub(crate) columns: IndexMap<String, ColumnRecipe>,
}

/// Rows for each row of another table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Each {
    /// The column that refers to that table.
    pub(crate) parent: String,
    pub(crate) rows: PerParent,
}

/// How many rows one parent has.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected a number of rows, or a list of weights for 0, 1, 2 … rows")]
pub(crate) enum PerParent {
    /// The same for all.
    Exactly(u64),
    /// Weights of 0, 1, 2 … rows.
    Weights(Vec<u32>),
}

/// How a column is filled.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "toml::Table")]
pub(crate) struct ColumnRecipe {
    /// Of 100 values, how many are NULL.
    pub(crate) null: u32,
    pub(crate) fill: Fill,
}

impl TryFrom<toml::Table> for ColumnRecipe {
    type Error = String;

    fn try_from(mut table: toml::Table) -> Result<Self, String> {
        let null = match table.remove("null") {
            None => 0,
            Some(value) => value
                .as_integer()
                .and_then(|percent| u32::try_from(percent).ok())
                .filter(|percent| *percent <= 100)
                .ok_or("`null` is a whole number from 0 to 100: how many of 100 values are NULL")?,
        };
        let fill = toml::Value::Table(table).try_into::<Fill>().map_err(|error| error.message().to_owned())?;
        Ok(ColumnRecipe { null, fill })
    }
}

/// Where the values of a column come from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "fill", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fill {
    /// 1, 2, 3 …
    Row {},
    /// The row of the parent, in a table with `each`.
    Parent {},
    /// A row of the table this column refers to, another one for each row of the same parent.
    Distinct {},
    /// A row of the table this column refers to.
    Reference {
        /// Every row there is referred to at least so often.
        #[serde(default)]
        at_least: u64,
        #[serde(default)]
        shares: Shares,
    },
    /// The column of another row, reached over references: `organization_id.tenant_id`.
    LookUp {
        path: String,
    },
    /// A row of the table this column refers to, out of those whose `group` column equals a column of this row.
    Member {
        group: String,
        equals: String,
        /// Only members that come earlier in the group than this row; the first has none.
        #[serde(default)]
        earlier: bool,
    },
    /// First and last name.
    Person {},
    FirstName {},
    LastName {},
    Company {},
    Job {},
    /// A few words that could name a product or a project.
    CatchPhrase {},
    /// A few words that could name something to do.
    Activity {},
    City {},
    Country {},
    /// So many words at least and at most, and a full stop.
    Sentence {
        words: (u32, u32),
    },
    /// One of a list.
    Choice {
        of: Vec<Scalar>,
        #[serde(default)]
        weights: Vec<u32>,
    },
    /// The list in order; when it is used up, from the beginning with a number.
    List {
        of: Vec<String>,
    },
    /// True in so many of 100 rows.
    Chance {
        percent: u32,
    },
    /// A whole number, or one with decimals where the bounds are counted in its last digit.
    Number {
        from: i64,
        to: i64,
        #[serde(default)]
        decimals: u32,
    },
    /// A day, or a second in it, from the first day to the last.
    Moment {
        from: Day,
        to: Day,
    },
    /// Text with other columns of the row in it: `{name}`, or `{name:dotted}` as in an address.
    Template {
        text: String,
    },
}

/// A day, written `2025-12-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Day(pub(crate) chrono::NaiveDate);

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Day).map_err(|_| format!("`{text}` is not a day written like \"2025-12-31\""))
    }
}

/// How rows are shared out among those they refer to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shares {
    /// Some have five times as many as others.
    #[default]
    Varied,
    /// All have the same number, or one more.
    Even,
    /// As the sample's option `tenants` says.
    Tenants,
}

/// A value in a list of choices.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected text, a whole number or true/false")]
pub(crate) enum Scalar {
    Text(String),
    Integer(i64),
    Boolean(bool),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(text: &str) -> Result<ColumnRecipe, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_fill_and_its_share_of_nulls_are_read() {
        let read = column("fill = \"reference\"\nat_least = 1\nnull = 20").expect("column");
        assert_eq!(read, ColumnRecipe { null: 20, fill: Fill::Reference { at_least: 1, shares: Shares::Varied } });
    }

    #[test]
    fn what_is_unknown_is_named() {
        let unknown_fill = column("fill = \"persn\"").expect_err("unknown");
        assert!(unknown_fill.contains("`persn`") && unknown_fill.contains("`person`"), "{unknown_fill}");
        let unknown_key = column("fill = \"sentence\"\nwords = [1, 2]\nlenght = 3").expect_err("unknown");
        assert!(unknown_key.contains("`lenght`"), "{unknown_key}");
        let key_of_another = column("fill = \"person\"\nwords = [1, 2]").expect_err("unknown");
        assert!(key_of_another.contains("`words`"), "{key_of_another}");
        assert!(column("fill = \"person\"\nnull = 101").is_err());
    }
}
