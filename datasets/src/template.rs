//! Text with other columns of the row in it: `{full_name:dotted}.{id}@example.com`.

use fetchscope_engine::value::Value;

/// Text around columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// The column's position in its table, and whether it is written as in an address.
    Column(usize, bool),
}

impl Template {
    /// Reads a template; `position` finds a column of the same table.
    pub(crate) fn parse(text: &str, position: impl Fn(&str) -> Option<usize>) -> Result<Template, String> {
        let mut segments = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (inside, after) = after.split_once('}').ok_or_else(|| format!("`{{{after}` has no `}}`"))?;
            let (name, dotted) = match inside.split_once(':') {
                Some((name, "dotted")) => (name, true),
                Some((_, form)) => return Err(format!("`{form}` is not a form of a column; there is `dotted`")),
                None => (inside, false),
            };
            let column = position(name).ok_or_else(|| format!("there is no column `{name}` in this table"))?;
            segments.extend([Segment::Literal(literal.to_owned()), Segment::Column(column, dotted)]);
            rest = after;
        }
        segments.push(Segment::Literal(rest.to_owned()));
        Ok(Template(segments))
    }

    /// The positions of the columns it names.
    pub(crate) fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Column(column, _) => Some(*column),
        })
    }

    /// The text for a row, given its columns.
    pub(crate) fn render(&self, value: impl Fn(usize) -> Value) -> String {
        let mut text = String::new();
        for segment in &self.0 {
            match segment {
                Segment::Literal(literal) => text.push_str(literal),
                Segment::Column(column, dotted) => {
                    let plain = written(&value(*column));
                    if *dotted { push_dotted(&plain, &mut text) } else { text.push_str(&plain) }
                }
            }
        }
        text
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Blob(bytes) => fetchscope_engine::value::hex(bytes),
    }
}

/// Lower case, and one dot for everything between letters and digits: `Ana O'Neil` becomes `ana.o.neil`.
fn push_dotted(text: &str, into: &mut String) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            into.push('.');
        }
        into.extend(word.chars().map(|c| c.to_ascii_lowercase()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(name: &str) -> Option<usize> {
        ["id", "full_name"].iter().position(|column| *column == name)
    }

    #[test]
    fn columns_are_written_plainly_or_dotted() {
        let template = Template::parse("<{full_name:dotted}.{id}@example.com>", position).expect("template");
        assert_eq!(template.columns().collect::<Vec<_>>(), [1, 0]);
        let row: [Value; 2] = [7.into(), "Ana  O'Neil".into()];
        assert_eq!(template.render(|column| row[column].clone()), "<ana.o.neil.7@example.com>");
    }

    #[test]
    fn what_a_template_names_must_exist() {
        assert_eq!(Template::parse("{nme}", position), Err("there is no column `nme` in this table".to_owned()));
        assert_eq!(
            Template::parse("{id:bold}", position),
            Err("`bold` is not a form of a column; there is `dotted`".to_owned())
        );
        assert_eq!(Template::parse("a{id", position), Err("`{id` has no `}`".to_owned()));
    }
}
