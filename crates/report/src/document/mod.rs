//! What a report says, block by block, for the formats that lay it out themselves: PDF and Markdown.

mod grids;
pub(crate) mod queries;
mod statements;

use crate::error::ReportError;
use crate::figures::{Figure, Material};
use crate::findings::{Told, severity};
use crate::remarks::{About, remarks};
use crate::reproduction::Reproduction;
use crate::{circumstances, claims, frontier, lanes, sentence, sweeps, waits};
use fetchscope_experiment::evidence;
pub(crate) use grids::{Cell, Grid};
pub(crate) use statements::origin;

/// A report.
pub(crate) struct Document<'a> {
    /// What was asked for.
    pub(crate) title: String,
    /// Endpoint, data, load and round trip.
    pub(crate) context: String,
    /// The answer in one sentence.
    pub(crate) answer: String,
    /// What has to be said beside it.
    pub(crate) beside: Vec<Block<'a>>,
    pub(crate) sections: Vec<Section<'a>>,
}

/// A part of a report under its heading.
pub(crate) struct Section<'a> {
    pub(crate) title: String,
    pub(crate) depth: Depth,
    pub(crate) blocks: Vec<Block<'a>>,
}

/// How soon a reader wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// At once.
    Answer,
    /// When in doubt.
    Evidence,
}

/// A piece of a section.
pub(crate) enum Block<'a> {
    Words(String),
    /// Of less weight.
    Aside(String),
    /// A wrong answer, an error.
    Bad(String),
    List(Vec<String>),
    Heading(String),
    Figures(Vec<Figure<'a>>),
    Grid(Grid),
    Facts(Vec<(String, String)>),
    Code {
        language: &'static str,
        text: String,
    },
}

impl<'a> Document<'a> {
    pub(crate) fn of(material: &'a Material<'a>) -> Result<Document<'a>, ReportError> {
        let outcome = material.outcome;
        let answer = |title: &str, blocks| Section { title: title.to_owned(), depth: Depth::Answer, blocks };
        let evidence = |title: &str, blocks| Section { title: title.to_owned(), depth: Depth::Evidence, blocks };
        let mut sections = vec![
            answer("Comparison", comparison(material)),
            answer("What to know about the figures", vec![notes(material)]),
        ];
        sections.extend(outcome.application.as_ref().map(|one| answer(queries::TITLE, queries::blocks(one))));
        sections.extend(claim(material).map(|blocks| answer("The claim", blocks)));
        sections.extend(in_sqlalchemy(material));
        sections.extend(material.sweeps.iter().map(|chart| {
            let said = Block::Words(sweeps::sentence(&chart.finding));
            let blocks = vec![said, Block::Figures(vec![Figure::Sweep(chart)]), Block::Grid(grids::sweep(chart))];
            answer(&chart.title, blocks)
        }));
        sections.extend(stands_out(material).map(|blocks| evidence("What stands out", blocks)));
        let rows = grids::multiplication(outcome, &material.rows);
        sections.extend(rows.map(|grid| evidence("Rows fetched and rows needed", vec![Block::Grid(grid)])));
        let words = Block::Words(frontier::finding(&material.rows));
        let dots = Block::Figures(vec![Figure::Frontier(&material.rows)]);
        sections.push(evidence("Queries, latency and rows", vec![words, dots]));
        sections.push(evidence(
            "Where the time goes",
            vec![
                Block::Figures(vec![Figure::Time(&material.rows, &outcome.variants)]),
                Block::Grid(grids::bands(&material.rows, &outcome.variants)),
            ],
        ));
        if waits::were_looked_at(&outcome.variants) {
            let blocks = vec![
                Block::Words(waits::finding(&material.rows, &outcome.variants)),
                Block::Figures(vec![Figure::Waits(&material.rows, &outcome.variants)]),
                Block::Grid(grids::waits(&material.rows, &outcome.variants)),
            ];
            sections.push(evidence("What the server's sessions waited for", blocks));
        }
        let counted = grids::counted(outcome);
        sections.extend(counted.map(|grid| evidence("What the server counted", vec![Block::Grid(grid)])));
        sections.push(evidence("How it was measured", vec![Block::Words(circumstances::method(outcome))]));
        sections.push(evidence("Statements of one request", statements::blocks(outcome, &material.rows)));
        sections.push(evidence("Environment", vec![Block::Facts(circumstances::facts(outcome))]));
        let text = Reproduction::of(&outcome.experiment)?.marked();
        let words = "`fetchscope run` repeats it from a file of these lines, or from this report itself.".to_owned();
        sections.push(evidence("The experiment", vec![Block::Aside(words), Block::Code { language: "toml", text }]));
        Ok(Document {
            title: outcome.experiment.title(),
            context: circumstances::context(outcome),
            answer: sentence::headline(&material.rows),
            beside: beside(material),
            sections,
        })
    }
}

fn beside<'a>(material: &Material<'_>) -> Vec<Block<'a>> {
    let circumstances::Agreement { wrong, rest } = circumstances::agreement(&material.rows);
    let mut blocks: Vec<Block<'a>> = wrong.into_iter().map(Block::Bad).collect();
    if !rest.is_empty() {
        blocks.push(Block::Words(rest.to_owned()));
    }
    blocks.extend(sentence::ended_early(material.outcome).map(Block::Bad));
    blocks.extend(lanes::warnings(material.outcome).into_iter().map(Block::Bad));
    let ranking = material.lane.iter().map(|lane| lanes::ranking(material.outcome, &material.rows, lane));
    blocks.extend(ranking.map(Block::Words));
    blocks
}

fn comparison<'a>(material: &'a Material<'a>) -> Vec<Block<'a>> {
    vec![
        Block::Figures(vec![Figure::Queries(&material.rows), Figure::Latency(&material.rows)]),
        Block::Grid(grids::comparison(material.outcome, &material.rows)),
    ]
}

fn notes<'a>(material: &Material<'_>) -> Block<'a> {
    let outcome = material.outcome;
    let remarks = remarks(outcome, &material.rows).into_iter();
    let remarks = remarks.filter(|one| one.about != About::Lanes || outcome.sqlalchemy.is_none()).map(|one| one.text);
    Block::List(outcome.notes.iter().cloned().chain(remarks).collect())
}

fn claim<'a>(material: &Material<'_>) -> Option<Vec<Block<'a>>> {
    let claim = claims::verdict(material.outcome)?;
    Some(vec![Block::Words(format!("“{}” {}.", claim.says, claim.verdict)), Block::List(claim.cells)])
}

fn in_sqlalchemy<'a>(material: &'a Material<'a>) -> Option<Section<'a>> {
    let lane = material.lane.as_ref()?;
    let remarks = remarks(&lane.outcome, &lane.rows).into_iter();
    let remarks = remarks.filter(|one| one.about != About::Lanes).map(|one| one.text).collect();
    let blocks = vec![
        Block::Words(sentence::headline(&lane.rows)),
        Block::Aside(format!("The same requests in a Python process ({}), one thread or task a client.", lane.title)),
        Block::Figures(vec![Figure::Latency(&lane.rows), Figure::Time(&lane.rows, &lane.outcome.variants)]),
        Block::List(remarks),
        Block::Grid(grids::comparison(&lane.outcome, &lane.rows)),
        Block::Grid(grids::bands(&lane.rows, &lane.outcome.variants)),
    ];
    Some(Section { title: "In SQLAlchemy".to_owned(), depth: Depth::Answer, blocks })
}

fn stands_out<'a>(material: &Material<'_>) -> Option<Vec<Block<'a>>> {
    let mut blocks = Vec::new();
    for (row, variant) in material.rows.iter().zip(&material.outcome.variants) {
        let told: Vec<Told> = evidence::findings(material.outcome, variant).iter().map(Told::from).collect();
        if !told.is_empty() {
            let said = told.iter().map(|Told { severity: how, what, place, how_much, remedy, .. }| {
                format!("{}: {what} ({place}); {how_much}. Try: {remedy}.", severity(*how))
            });
            blocks.extend([Block::Heading(row.label()), Block::List(said.collect())]);
        }
    }
    (!blocks.is_empty()).then_some(blocks)
}
