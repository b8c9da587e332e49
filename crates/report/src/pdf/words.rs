//! Text on paper: its faces, its width, and where a line ends.

use crate::error::ReportError;
use crate::type_face;

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Face {
    /// Size in points.
    pub(super) size: f64,
    /// From one line to the next, in points.
    pub(super) leading: f64,
    pub(super) weight: Weight,
    pub(super) tone: Tone,
}

/// Which font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Strong,
    Mono,
}

/// Which of the palette's inks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Text,
    Muted,
    Error,
}

impl Face {
    pub(super) const TITLE: Face = Face::new(15.0, 21.0, Weight::Strong, Tone::Text);
    pub(super) const SECTION: Face = Face::new(12.0, 16.0, Weight::Strong, Tone::Text);
    pub(super) const HEADING: Face = Face::new(9.0, 13.0, Weight::Strong, Tone::Text);
    pub(super) const BODY: Face = Face::new(9.0, 13.0, Weight::Regular, Tone::Text);
    pub(super) const BAD: Face = Face::new(9.0, 13.0, Weight::Regular, Tone::Error);
    pub(super) const SMALL_MUTED: Face = Face::new(7.5, 10.5, Weight::Regular, Tone::Muted);
    pub(super) const CODE: Face = Face::new(7.5, 10.5, Weight::Mono, Tone::Text);

    const fn new(size: f64, leading: f64, weight: Weight, tone: Tone) -> Face {
        Face { size, leading, weight, tone }
    }

    /// The face so many times as large.
    pub(super) fn scaled(self, factor: f64) -> Face {
        Face { size: self.size * factor, leading: self.leading * factor, ..self }
    }

    /// The width of a text in points.
    pub(super) fn width(self, text: &str) -> Result<f64, ReportError> {
        match self.weight {
            Weight::Regular => type_face::proportional_width(text, self.size, false),
            Weight::Strong => type_face::proportional_width(text, self.size, true),
            // JetBrains Mono is 0.6 em wide throughout.
            Weight::Mono => Ok(text.chars().count() as f64 * self.size * 0.6),
        }
    }

    /// The text in lines that fit into `room` points. A line's own indentation is kept; a word that is wider than the room
    /// is broken where it has to be.
    pub(super) fn lines(self, text: &str, room: f64) -> Result<Vec<String>, ReportError> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            if self.width(paragraph)? <= room {
                lines.push(paragraph.to_owned());
                continue;
            }
            let start = paragraph.len() - paragraph.trim_start_matches(' ').len();
            let mut line = paragraph.get(..start).unwrap_or_default().to_owned();
            let mut begins = true;
            for word in paragraph.trim_start_matches(' ').split(' ') {
                let joined = if begins { format!("{line}{word}") } else { format!("{line} {word}") };
                if self.width(&joined)? <= room {
                    line = joined;
                    begins = false;
                    continue;
                }
                if !begins {
                    lines.push(std::mem::take(&mut line));
                }
                line = self.broken(&format!("{line}{word}"), room, &mut lines)?;
                begins = false;
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// Puts as much of a word as needs them onto lines of its own; the rest of it.
    fn broken(self, word: &str, room: f64, lines: &mut Vec<String>) -> Result<String, ReportError> {
        let mut line = String::new();
        for letter in word.chars() {
            line.push(letter);
            if line.chars().count() > 1 && self.width(&line)? > room {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_nothing_is_lost() {
        let text = "The variants took turns, so that what disturbs the machine disturbs them alike; averyverylongwordthatfitsintonolineatall ends";
        for room in [40.0, 90.0, 300.0] {
            for face in [Face::BODY, Face::CODE] {
                let lines = face.lines(text, room).unwrap();
                assert!(lines.iter().all(|line| face.width(line).unwrap() <= room), "{lines:?}");
                assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
            }
        }
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        assert_eq!(Face::CODE.lines("a\n    b", 200.0).unwrap(), ["a", "    b"]);
    }
}
