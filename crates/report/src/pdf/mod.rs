//! The report on paper: A4 pages with the charts as vectors, text that can be selected and searched, bookmarks, and the
//! experiment as an attached file.

mod flow;
mod grid;
mod ink;
mod words;

use crate::document::{Block, Document};
use crate::error::ReportError;
use crate::figures::Material;
use crate::reproduction::Reproduction;
use fetchscope_experiment::outcome::Outcome;
use flow::Flow;
use ink::{About, Attachment};
use words::Face;

/// The report as PDF.
pub(crate) fn render(outcome: &Outcome) -> Result<Vec<u8>, ReportError> {
    let material = Material::of(outcome);
    let document = Document::of(&material)?;
    let mut flow = Flow::new()?;
    flow.words(&document.context, Face::SMALL_MUTED)?;
    flow.words(&document.answer, Face::TITLE)?;
    for block in &document.beside {
        self::block(&mut flow, block)?;
    }
    for section in &document.sections {
        flow.section(&section.title)?;
        for block in &section.blocks {
            self::block(&mut flow, block)?;
        }
    }
    let reproduction = Reproduction::of(&outcome.experiment)?;
    let about = About {
        title: format!("Fetchscope: {}", document.title),
        answer: document.answer,
        creator: format!("Fetchscope {}", outcome.environment.fetchscope),
        foot: document.context,
        started_at: outcome.started_at.clone(),
        attachment: Attachment { name: "experiment.toml".to_owned(), text: reproduction.marked() },
    };
    ink::written(flow.pages(), &about)
}

fn block(flow: &mut Flow, block: &Block<'_>) -> Result<(), ReportError> {
    match block {
        Block::Words(words) => flow.words(words, Face::BODY),
        Block::Aside(words) => flow.words(words, Face::SMALL_MUTED),
        Block::Bad(words) => flow.words(words, Face::BAD),
        Block::Heading(words) => flow.heading(words),
        Block::List(items) => items.iter().try_for_each(|item| flow.item(item)),
        Block::Figures(figures) => flow.figures(figures),
        Block::Grid(grid) => grid::set(flow, grid),
        Block::Facts(facts) => flow.facts(facts),
        Block::Code { language: _, text } => flow.code(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, reopen};

    #[test]
    fn a_report_has_pages_fonts_and_the_experiment() {
        for outcome in [fixture::article(), fixture::troubled(), fixture::dozen(), fixture::empty(&["one"])] {
            let pdf = render(&outcome).unwrap();
            assert!(pdf.starts_with(b"%PDF-1."));
            assert!(pdf.len() < 1_000_000, "{} bytes", pdf.len());
            assert_eq!(reopen::experiment(&pdf).unwrap().unwrap(), outcome.experiment);
        }
    }

    #[test]
    fn the_same_outcome_gives_the_same_bytes() {
        assert!(render(&fixture::article()).unwrap() == render(&fixture::article()).unwrap());
    }
}
