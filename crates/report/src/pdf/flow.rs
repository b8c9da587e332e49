//! Setting blocks below each other, page by page. What is set is a list of things to draw; drawing it is `ink`'s.

use super::words::{Face, Tone};
use crate::charts::Chart;
use crate::error::ReportError;
use crate::figures::Figure;
use crate::palette::{Colour, Palette, Theme};

/// A4, lying: the comparison has many columns.
pub(super) const WIDTH: f64 = 841.89;
pub(super) const HEIGHT: f64 = 595.28;
pub(super) const MARGIN: f64 = 36.0;
/// Where the last line of a page may end.
const BOTTOM: f64 = HEIGHT - 44.0;
/// Room between the margins.
pub(super) const ROOM: f64 = WIDTH - 2.0 * MARGIN;
/// Points to a px of a chart.
const POINTS: f64 = 0.75;
const GAP: f64 = 18.0;

/// Something at its place on a page, in points from the upper left corner.
pub(super) enum Mark {
    Text { x: f64, baseline: f64, face: Face, colour: Colour, text: String },
    Rect { x: f64, y: f64, width: f64, height: f64, colour: Colour },
    Chart { x: f64, y: f64, width: f64, height: f64, svg: String },
}

/// A page and the sections that begin on it.
#[derive(Default)]
pub(super) struct Page {
    pub(super) marks: Vec<Mark>,
    /// Title and height of each.
    pub(super) sections: Vec<(String, f64)>,
}

/// Pages that are being filled.
pub(super) struct Flow {
    pages: Vec<Page>,
    y: f64,
    palette: Palette,
}

impl Flow {
    pub(super) fn new() -> Result<Flow, ReportError> {
        Ok(Flow { pages: vec![Page::default()], y: MARGIN, palette: Palette::of(Theme::Light)? })
    }

    pub(super) fn pages(self) -> Vec<Page> {
        self.pages
    }

    pub(super) fn colour(&self, tone: Tone) -> Colour {
        match tone {
            Tone::Text => self.palette.inks.text,
            Tone::Muted => self.palette.inks.muted,
            Tone::Error => self.palette.inks.error,
        }
    }

    pub(super) fn variant(&self, index: usize) -> Colour {
        self.palette.variant(index)
    }

    /// How far down the page is filled.
    pub(super) fn y(&self) -> f64 {
        self.y
    }

    pub(super) fn skip(&mut self, height: f64) {
        self.y += height;
    }

    /// Goes to a new page unless so much fits on this one; whether it went.
    pub(super) fn reserve(&mut self, height: f64) -> bool {
        let turns = self.y + height > BOTTOM && self.y > MARGIN;
        if turns {
            self.pages.push(Page::default());
            self.y = MARGIN;
        }
        turns
    }

    fn page(&mut self) -> &mut Page {
        let last = self.pages.len().saturating_sub(1);
        // There is always one; an index says so without a way out that could never be taken.
        &mut self.pages[last]
    }

    fn put(&mut self, mark: Mark) {
        self.page().marks.push(mark);
    }

    /// A line of text whose line box begins at `y`.
    pub(super) fn text(&mut self, x: f64, y: f64, face: Face, text: &str) {
        let colour = self.colour(face.tone);
        // The capitals stand in the middle of the line.
        let baseline = y + face.leading / 2.0 + 0.364 * face.size;
        let text = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        self.put(Mark::Text { x, baseline, face, colour, text });
    }

    pub(super) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: Colour) {
        self.put(Mark::Rect { x, y, width, height, colour });
    }

    /// A hairline over the whole room.
    pub(super) fn rule(&mut self, y: f64) {
        let colour = self.palette.inks.hairline;
        self.rect((MARGIN, y), (ROOM, 0.5), colour);
    }

    pub(super) fn section(&mut self, title: &str) -> Result<(), ReportError> {
        self.skip(14.0);
        // A heading does not stand alone at the end of a page.
        self.reserve(90.0);
        let y = self.y;
        self.page().sections.push((title.to_owned(), y));
        self.words(title, Face::SECTION)
    }

    pub(super) fn heading(&mut self, words: &str) -> Result<(), ReportError> {
        self.skip(6.0);
        self.reserve(50.0);
        self.words(words, Face::HEADING)
    }

    /// A paragraph.
    pub(super) fn words(&mut self, words: &str, face: Face) -> Result<(), ReportError> {
        // A line longer than this is hard to read.
        let room = ROOM.min(face.size * 62.0);
        for line in face.lines(words, room)? {
            self.reserve(face.leading);
            let y = self.y;
            self.text(MARGIN, y, face, &line);
            self.skip(face.leading);
        }
        self.skip(3.0);
        Ok(())
    }

    pub(super) fn item(&mut self, words: &str) -> Result<(), ReportError> {
        let face = Face::BODY;
        for (index, line) in face.lines(words, face.size * 62.0)?.iter().enumerate() {
            self.reserve(face.leading);
            let y = self.y;
            if index == 0 {
                self.text(MARGIN, y, face, "•");
            }
            self.text(MARGIN + 10.0, y, face, line);
            self.skip(face.leading);
        }
        self.skip(1.0);
        Ok(())
    }

    /// Names and what they say.
    pub(super) fn facts(&mut self, facts: &[(String, String)]) -> Result<(), ReportError> {
        let face = Face::BODY;
        let mut widest = 0.0_f64;
        for (name, _) in facts {
            widest = widest.max(face.width(name)?);
        }
        let left = MARGIN + widest + GAP;
        for (name, fact) in facts {
            for (index, line) in face.lines(fact, MARGIN + ROOM - left)?.iter().enumerate() {
                self.reserve(face.leading);
                let y = self.y;
                if index == 0 {
                    self.text(MARGIN, y, Face { tone: Tone::Muted, ..face }, name);
                }
                self.text(left, y, face, line);
                self.skip(face.leading);
            }
        }
        Ok(())
    }

    /// Code on a ground of its own.
    pub(super) fn code(&mut self, text: &str) -> Result<(), ReportError> {
        let (face, inset) = (Face::CODE, 6.0);
        let ground = self.palette.inks.panel;
        let lines = face.lines(text.trim_end(), ROOM - 2.0 * inset)?;
        self.reserve(face.leading * lines.len().min(3) as f64 + 6.0);
        for line in lines {
            self.reserve(face.leading);
            let y = self.y;
            self.rect((MARGIN, y), (ROOM, face.leading + 0.2), ground);
            self.text(MARGIN + inset, y, face, &line);
            self.skip(face.leading);
        }
        self.skip(6.0);
        Ok(())
    }

    /// Two charts that share their rows stand beside each other, any other over the whole room.
    pub(super) fn figures(&mut self, figures: &[Figure<'_>]) -> Result<(), ReportError> {
        for group in figures.chunk_by(|one, other| matches!((one, other), (Figure::Queries(_), Figure::Latency(_)))) {
            let width = (ROOM - GAP * (group.len() - 1) as f64) / group.len() as f64;
            let px = (width / POINTS) as u32;
            let drawn = group.iter().map(|one| one.draw(Theme::Light, px)).collect::<Result<Vec<Chart>, _>>()?;
            let tallest = drawn.iter().map(|chart| f64::from(chart.height) * POINTS).fold(0.0, f64::max);
            self.reserve(tallest + 8.0);
            let y = self.y + 4.0;
            for (index, chart) in drawn.into_iter().enumerate() {
                let x = MARGIN + (width + GAP) * index as f64;
                let (width, height) = (f64::from(chart.width) * POINTS, f64::from(chart.height) * POINTS);
                self.put(Mark::Chart { x, y, width, height, svg: chart.svg });
            }
            self.skip(tallest + 8.0);
        }
        Ok(())
    }
}
