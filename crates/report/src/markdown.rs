//! The report for a pull request: answer, comparison and remarks to be read at once, the evidence folded away.

use crate::document::{Block, Cell, Depth, Document, Grid, Section};
use crate::error::ReportError;
use crate::figures::Material;
use fetchscope_experiment::outcome::Outcome;
use std::fmt::Write;

/// The report as GitHub's Markdown. It has no charts: what a comment shows it takes from the network.
pub(crate) fn render(outcome: &Outcome) -> Result<Vec<u8>, ReportError> {
    let material = Material::of(outcome);
    let document = Document::of(&material)?;
    let mut text = format!(
        "## Fetchscope: {}\n\n**{}**\n\n{}\n\n",
        escaped(&document.title),
        escaped(&document.answer),
        escaped(&document.context)
    );
    document.beside.iter().for_each(|block| self::block(&mut text, block));
    document.sections.iter().for_each(|section| self::section(&mut text, section));
    let kept = text.trim_end().len();
    text.truncate(kept);
    text.push('\n');
    Ok(text.into_bytes())
}

fn section(text: &mut String, section: &Section<'_>) {
    let title = escaped(&section.title);
    match section.depth {
        Depth::Answer => {
            let _ = write!(text, "### {title}\n\n");
            section.blocks.iter().for_each(|block| self::block(text, block));
        }
        Depth::Evidence => {
            let _ = write!(text, "<details><summary>{title}</summary>\n\n");
            section.blocks.iter().for_each(|block| self::block(text, block));
            text.push_str("</details>\n\n");
        }
    }
}

fn block(text: &mut String, block: &Block<'_>) {
    // Writing to a text cannot fail.
    let _ = match block {
        Block::Words(words) => write!(text, "{}\n\n", escaped(words)),
        Block::Aside(words) => write!(text, "<sub>{}</sub>\n\n", escaped(words)),
        Block::Bad(words) => write!(text, "> [!WARNING]\n> {}\n\n", escaped(words)),
        Block::Heading(words) => write!(text, "#### {}\n\n", escaped(words)),
        Block::List(items) => {
            items.iter().for_each(|item| {
                let _ = writeln!(text, "- {}", escaped(item));
            });
            writeln!(text)
        }
        Block::Figures(_) => Ok(()),
        Block::Grid(grid) => {
            self::grid(text, grid);
            Ok(())
        }
        Block::Facts(facts) => {
            text.push_str("| | |\n|---|---|\n");
            facts.iter().for_each(|(name, fact)| {
                let _ = writeln!(text, "| {} | {} |", escaped(name), escaped(fact));
            });
            writeln!(text)
        }
        Block::Code { language, text: code } => {
            let fence = fence(code);
            write!(text, "{fence}{language}\n{}\n{fence}\n\n", code.trim_end())
        }
    };
}

/// More backticks than the code has in a row.
fn fence(code: &str) -> String {
    let longest = code.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn grid(text: &mut String, grid: &Grid) {
    let names: Vec<String> = grid.columns.iter().map(|column| escaped(&column.name)).collect();
    let rules: Vec<&str> = grid.columns.iter().map(|column| if column.words { ":--" } else { "--:" }).collect();
    let _ = writeln!(text, "| {} |\n| {} |", names.join(" | "), rules.join(" | "));
    for row in &grid.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    let _ = write!(text, "\n<sub>{}</sub>\n\n", escaped(&grid.caption));
}

fn cell(cell: &Cell) -> String {
    let words = if cell.bad { format!("**{}**", escaped(&cell.text)) } else { escaped(&cell.text) };
    if cell.small.is_empty() { words } else { format!("{words}<br><sub>{}</sub>", escaped(&cell.small)) }
}

/// Text that is only text: neither markup nor the end of a table's cell, and nobody is notified by it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, reopen};

    fn page(outcome: &Outcome) -> String {
        String::from_utf8(render(outcome).unwrap()).unwrap()
    }

    #[test]
    fn the_answer_comes_first_and_the_evidence_is_folded() {
        let page = page(&fixture::article());
        assert!(page.starts_with("## Fetchscope: user list\n\n**joined was fastest: p50 21.4 ms"), "{page}");
        let order = ["### Comparison", "### What to know", "<details><summary>Where the time goes", "The experiment"];
        let at: Vec<usize> = order.iter().map(|part| page.find(part).unwrap()).collect();
        assert!(at.is_sorted(), "{at:?}");
        assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
    }

    #[test]
    fn every_row_of_a_table_has_as_many_cells_as_its_head() {
        for outcome in [fixture::article(), fixture::troubled(), fixture::dozen()] {
            let page = page(&outcome);
            let mut lines = page.lines().peekable();
            let mut tables = 0;
            while let Some(line) = lines.next() {
                if !line.starts_with('|') {
                    continue;
                }
                tables += 1;
                let bars = |line: &str| line.replace("\\|", "").matches('|').count();
                while let Some(next) = lines.next_if(|next| next.starts_with('|')) {
                    assert_eq!(bars(next), bars(line), "{line}\n{next}");
                }
            }
            assert!(tables >= 3, "{tables}");
        }
    }

    #[test]
    fn what_the_server_did_is_evidence() {
        let page = page(&fixture::waited());
        assert!(page.contains("<summary>What the server counted") && page.contains("sessions waited for"), "{page}");
    }

    #[test]
    fn names_are_harmless() {
        let mut outcome = fixture::pair();
        let hostile = "a|b <img src=x> **@somebody** ```";
        outcome.variants[1].name = hostile.to_owned();
        outcome.notes.push(format!("{hostile}\n# heading"));
        let page = page(&outcome);
        assert!(!page.contains("<img") && !page.contains("@somebody") && !page.contains("\n# heading"), "{page}");
        assert!(page.contains("a\\|b &lt;img"));
    }

    #[test]
    fn the_experiment_can_be_run_again() {
        let outcome = fixture::article();
        assert_eq!(reopen::experiment(&render(&outcome).unwrap()).unwrap().unwrap(), outcome.experiment);
    }
}
