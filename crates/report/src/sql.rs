//! SQL for reading: one clause a line, long lists of placeholders shortened. What was sent is never changed by this.

/// Clauses that begin a line, longest first where one begins like another.
const CLAUSES: [&str; 14] = [
    "LEFT OUTER JOIN LATERAL",
    "LEFT OUTER JOIN",
    "LEFT JOIN",
    "INNER JOIN",
    "JOIN",
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "HAVING",
    "ORDER BY",
    "LIMIT",
    "OFFSET",
    "UNION ALL",
];

/// Lists longer than this are shortened to their first entries and their length.
const LONG_LIST: usize = 8;
const SHOWN: usize = 2;

/// A part of a statement that is written as it stands.
#[derive(Debug, PartialEq)]
enum Token<'a> {
    /// A word, number, placeholder or operator.
    Word(&'a str),
    /// Text in quotes, with them.
    Quoted(&'a str),
    /// White space of any length.
    Space,
    /// A single bracket or comma.
    Mark(char),
}

/// The statement with one clause a line, derived tables indented, and `IN` lists shortened to
/// `IN (?, ?, … 100 in all)`.
#[must_use]
pub fn pretty(sql: &str) -> String {
    let tokens = tokens(sql);
    let mut lines = Lines::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let Some((clause, length)) = clause_at(&tokens, at) {
            lines.clause(clause);
            at += length;
            continue;
        }
        match token {
            Token::Mark('(') => {
                if let Some((list, length)) = long_list_at(&tokens, at) {
                    lines.push(&list);
                    at += length;
                    continue;
                }
                lines.open(begins_select(&tokens, at + 1));
            }
            Token::Mark(')') => lines.close(),
            Token::Mark(mark) => lines.push(mark.encode_utf8(&mut [0; 4])),
            Token::Word(text) | Token::Quoted(text) => lines.push(text),
            Token::Space => lines.space(),
        }
        at += 1;
    }
    lines.text.trim_end().to_owned()
}

#[derive(Default)]
struct Lines {
    text: String,
    /// One entry an open bracket: whether it holds a derived table.
    brackets: Vec<bool>,
}

impl Lines {
    fn indent(&self) -> usize {
        self.brackets.iter().filter(|derived| **derived).count()
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n', '(']) {
            self.text.push(' ');
        }
    }

    fn line(&mut self) {
        let kept = self.text.trim_end().len();
        self.text.truncate(kept);
        if !self.text.is_empty() {
            self.text.push('\n');
            self.text.push_str(&"    ".repeat(self.indent()));
        }
    }

    /// A clause begins a line, but not inside the brackets of an expression.
    fn clause(&mut self, clause: &str) {
        match self.brackets.last() {
            None | Some(true) => self.line(),
            Some(false) => {}
        }
        self.push(clause);
    }

    fn open(&mut self, derived: bool) {
        self.text.push('(');
        self.brackets.push(derived);
    }

    fn close(&mut self) {
        if self.brackets.pop() == Some(true) {
            self.line();
        }
        self.text.push(')');
    }
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\'' | '"' | '`' => {
                let length = quoted_length(rest, first);
                (Token::Quoted(&rest[..length]), length)
            }
            '(' | ')' | ',' => (Token::Mark(first), 1),
            space if space.is_whitespace() => {
                (Token::Space, rest.find(|letter: char| !letter.is_whitespace()).unwrap_or(rest.len()))
            }
            _ => {
                let ends = |letter: char| letter.is_whitespace() || "'\"`(),".contains(letter);
                let length = rest.find(ends).unwrap_or(rest.len());
                (Token::Word(&rest[..length]), length)
            }
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    tokens
}

/// The length of a quoted text with its quotes; a doubled quote is part of it. An open one reaches to the end.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            if letters.peek().is_none_or(|(_, next)| *next != quote) {
                return at + quote.len_utf8();
            }
            letters.next();
        }
    }
    text.len()
}

/// The clause that begins here, and how many tokens it takes.
fn clause_at(tokens: &[Token<'_>], at: usize) -> Option<(&'static str, usize)> {
    CLAUSES.iter().find_map(|clause| {
        let mut length = 0;
        for (index, word) in clause.split(' ').enumerate() {
            if index > 0 {
                matches!(tokens.get(at + length)?, Token::Space).then_some(())?;
                length += 1;
            }
            matches!(tokens.get(at + length)?, Token::Word(found) if found.eq_ignore_ascii_case(word)).then_some(())?;
            length += 1;
        }
        Some((*clause, length))
    })
}

fn begins_select(tokens: &[Token<'_>], at: usize) -> bool {
    let word = tokens.get(at..).and_then(|rest| rest.iter().find(|token| **token != Token::Space));
    matches!(word, Some(Token::Word(word)) if word.eq_ignore_ascii_case("SELECT"))
}

/// A bracketed list of single words, where it is long: shortened, and how many tokens it took.
fn long_list_at(tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
    let mut entries = Vec::new();
    let mut wants_entry = true;
    for (index, token) in tokens.iter().enumerate().skip(at + 1) {
        match token {
            Token::Space => {}
            Token::Word(word) if wants_entry => {
                entries.push(*word);
                wants_entry = false;
            }
            Token::Mark(',') if !wants_entry => wants_entry = true,
            Token::Mark(')') if entries.len() > LONG_LIST => {
                let shown = entries.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
                return Some((format!("({shown}, … {} in all)", entries.len()), index + 1 - at));
            }
            Token::Word(_) | Token::Quoted(_) | Token::Mark(_) => return None,
        }
    }
    None
}

/// Whether a line begins with a clause: the clause and what follows it, for highlighting.
#[must_use]
pub(crate) fn split_clause(line: &str) -> Option<(&str, &str)> {
    CLAUSES.iter().find_map(|clause| {
        let rest = line.strip_prefix(clause)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| line.split_at(clause.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_a_line() {
        let sql = "SELECT users.id, users.name \nFROM users LEFT OUTER JOIN tenants AS t_1 ON t_1.id = users.tenant_id WHERE users.id = ? ORDER BY users.id\n LIMIT ? OFFSET ?";
        assert_eq!(
            pretty(sql),
            "SELECT users.id, users.name\nFROM users\nLEFT OUTER JOIN tenants AS t_1 ON t_1.id = users.tenant_id\nWHERE users.id = ?\nORDER BY users.id\nLIMIT ?\nOFFSET ?"
        );
    }

    #[test]
    fn derived_tables_are_indented() {
        assert_eq!(
            pretty(
                "SELECT t.id \nFROM (SELECT DISTINCT u.tid AS utid \nFROM users AS u) AS anon_1 JOIN t ON t.id = anon_1.utid"
            ),
            "SELECT t.id\nFROM (\n    SELECT DISTINCT u.tid AS utid\n    FROM users AS u\n) AS anon_1\nJOIN t ON t.id = anon_1.utid"
        );
    }

    #[test]
    fn long_lists_are_shortened_and_short_ones_are_not() {
        let keys = vec!["?"; 100].join(", ");
        assert_eq!(
            pretty(&format!("SELECT id FROM t WHERE id IN ({keys})")),
            "SELECT id\nFROM t\nWHERE id IN (?, ?, … 100 in all)"
        );
        assert_eq!(pretty("SELECT id FROM t WHERE id IN (?, ?)"), "SELECT id\nFROM t\nWHERE id IN (?, ?)");
    }

    #[test]
    fn quotes_and_expressions_stay_whole() {
        let sql = "SELECT 'a FROM b''s  WHERE', \"order by\", (x FROM y), count(a, b) FROM t";
        assert_eq!(pretty(sql), "SELECT 'a FROM b''s  WHERE', \"order by\", (x FROM y), count(a, b)\nFROM t");
        assert_eq!(pretty("SELECT 'öpen"), "SELECT 'öpen");
        assert_eq!(pretty("SELECT fromage, from_id FROM t"), "SELECT fromage, from_id\nFROM t");
        assert_eq!(pretty(") ) ("), ") ) (");
    }
}
