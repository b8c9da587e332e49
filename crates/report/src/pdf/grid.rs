//! A table on paper: columns as wide as their widest cell, words wrapped, everything smaller where that is not enough.

use super::flow::{Flow, MARGIN, ROOM};
use super::words::{Face, Tone, Weight};
use crate::document::{Cell, Grid};
use crate::error::ReportError;

/// Between two columns.
const GAP: f64 = 9.0;
/// Words get no less than this while there is room.
const LEAST_WORDS: f64 = 70.0;
/// Before a name with a swatch.
const SWATCH: f64 = 9.0;
/// Room for a caption of three lines.
const CAPTION: f64 = 38.0;
/// Above and below a row.
const PAD: f64 = 3.0;

/// The faces of a table's parts.
struct Faces {
    text: Face,
    small: Face,
    head: Face,
}

impl Faces {
    fn scaled(factor: f64) -> Faces {
        let small = Face { size: 6.5, leading: 8.5, ..Face::SMALL_MUTED }.scaled(factor);
        Faces { text: Face { size: 8.0, leading: 11.0, ..Face::BODY }.scaled(factor), small, head: small }
    }
}

pub(super) fn set(flow: &mut Flow, grid: &Grid) -> Result<(), ReportError> {
    let mut factor = 1.0;
    let widths = loop {
        let widths = widths(grid, &Faces::scaled(factor))?;
        if widths.iter().sum::<f64>() + GAP * widths.len().saturating_sub(1) as f64 <= ROOM + 0.1 || factor < 0.45 {
            break widths;
        }
        factor *= 0.95;
    };
    let faces = Faces::scaled(factor);
    let edges: Vec<f64> = widths
        .iter()
        .scan(MARGIN, |x, width| {
            let left = *x;
            *x += width + GAP;
            Some(left)
        })
        .collect();
    let head = Head { grid, faces: &faces, widths: &widths, edges: &edges };
    flow.reserve(60.0);
    head.set(flow)?;
    for (number, row) in grid.rows.iter().enumerate() {
        let mut lines = Vec::new();
        for ((cell, column), width) in row.iter().zip(&grid.columns).zip(&widths) {
            lines.push(wrapped(cell, column.words, *width, &faces)?);
        }
        let tall = |(text, small): &(Vec<String>, Vec<String>)| {
            text.len() as f64 * faces.text.leading + small.len() as f64 * faces.small.leading
        };
        let height = lines.iter().map(tall).fold(0.0, f64::max) + 2.0 * PAD;
        // The caption does not stand alone at the top of a page.
        let caption = if number + 1 == grid.rows.len() { CAPTION } else { 0.0 };
        if flow.reserve(height + caption) {
            head.set(flow)?;
        }
        for (index, (text, small)) in lines.iter().enumerate() {
            let (cell, words) = (&row[index], grid.columns[index].words);
            let (left, width) = (edges[index], widths[index]);
            let mut y = flow.y() + PAD;
            if let Some(variant) = cell.swatch {
                let colour = flow.variant(variant);
                flow.rect((left, y + faces.text.leading / 2.0 - 2.5), (5.0, 5.0), colour);
            }
            for (lines, face) in [(text, faces.text), (small, faces.small)] {
                let face = if cell.bad { Face { tone: Tone::Error, ..face } } else { face };
                for line in lines {
                    let x = match (words, cell.swatch.is_some()) {
                        (true, true) => left + SWATCH,
                        (true, false) => left,
                        (false, _) => left + width - face.width(line)?,
                    };
                    flow.text(x, y, face, line);
                    y += face.leading;
                }
            }
        }
        flow.skip(height);
        let y = flow.y();
        flow.rule(y);
    }
    flow.skip(4.0);
    flow.words(&grid.caption, Face::SMALL_MUTED)
}

/// The head of a table, which stands on every page of it.
struct Head<'a> {
    grid: &'a Grid,
    faces: &'a Faces,
    widths: &'a [f64],
    edges: &'a [f64],
}

impl Head<'_> {
    fn set(&self, flow: &mut Flow) -> Result<(), ReportError> {
        let face = self.faces.head;
        let y = flow.y() + PAD;
        for ((column, left), width) in self.grid.columns.iter().zip(self.edges).zip(self.widths) {
            let x = if column.words { *left } else { left + width - face.width(&column.name)? };
            flow.text(x, y, face, &column.name);
        }
        flow.skip(face.leading + 2.0 * PAD);
        let y = flow.y();
        flow.rule(y);
        Ok(())
    }
}

/// The lines of a cell's text and of what stands small below it.
fn wrapped(cell: &Cell, words: bool, width: f64, faces: &Faces) -> Result<(Vec<String>, Vec<String>), ReportError> {
    let room = width - if cell.swatch.is_some() { SWATCH } else { 0.0 } + 0.1;
    let lines = |text: &str, face: Face| match (text.is_empty(), words) {
        (true, _) => Ok(Vec::new()),
        (false, true) => face.lines(text, room),
        (false, false) => Ok(vec![text.to_owned()]),
    };
    Ok((lines(&cell.text, faces.text)?, lines(&cell.small, faces.small)?))
}

/// Figures are as wide as they are; what is left is shared among words by what they want.
fn widths(grid: &Grid, faces: &Faces) -> Result<Vec<f64>, ReportError> {
    let mut wanted = Vec::new();
    for (index, column) in grid.columns.iter().enumerate() {
        let mut widest = faces.head.width(&column.name)?;
        for cell in grid.rows.iter().filter_map(|row| row.get(index)) {
            let swatch = if cell.swatch.is_some() { SWATCH } else { 0.0 };
            widest = widest.max(faces.text.width(&cell.text)? + swatch).max(faces.small.width(&cell.small)?);
        }
        wanted.push(widest);
    }
    debug_assert!(matches!(faces.text.weight, Weight::Regular), "cells are measured as they are set");
    let gaps = GAP * wanted.len().saturating_sub(1) as f64;
    let over = wanted.iter().sum::<f64>() + gaps - ROOM;
    if over <= 0.0 {
        return Ok(wanted);
    }
    let spare = |width: f64| (width - LEAST_WORDS).max(0.0);
    let all: f64 = grid.columns.iter().zip(&wanted).filter(|(one, _)| one.words).map(|(_, width)| spare(*width)).sum();
    let taken = if all > 0.0 { (over / all).min(1.0) } else { 0.0 };
    let narrowed = grid.columns.iter().zip(wanted).map(
        |(column, width)| {
            if column.words { width - spare(width) * taken } else { width }
        },
    );
    Ok(narrowed.collect())
}
