//! The one font of window, charts and reports: embedded, so that text measures alike on every machine.

use crate::error::ReportError;
use crate::woff;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::fmt::Write;
use std::sync::LazyLock;

/// Inter at weight 400, as the window has it.
pub(crate) const REGULAR: &[u8] = include_bytes!("../../../ui/src/fonts/Inter-Regular.ttf");
/// Inter at weight 600.
pub(crate) const STRONG: &[u8] = include_bytes!("../../../ui/src/fonts/Inter-SemiBold.ttf");

/// JetBrains Mono, for what is code.
pub(crate) const MONO: &[u8] = include_bytes!("../../../ui/src/fonts/JetBrainsMono-Regular.ttf");
/// Every font that a drawing or a page is written with.
pub(crate) const FONTS: [&[u8]; 3] = [REGULAR, STRONG, MONO];

static REGISTERED: LazyLock<Result<(), &'static str>> = LazyLock::new(|| {
    register_font(FAMILY, FontStyle::Normal, REGULAR).map_err(|_| "Inter Regular")?;
    register_font(FAMILY, FontStyle::Bold, STRONG).map_err(|_| "Inter SemiBold")
});

const FAMILY: &str = "Inter";

/// plotters divides a font's size by this before it writes it to SVG.
const SVG_SIZE: f64 = 1.24;

/// Height of Inter's line over its em: the measure counts sizes in line heights, SVG in ems.
const LINE: f64 = 1.2102;

/// The style sheet rules that let a file carry both weights.
pub(crate) fn faces() -> Result<&'static str, ReportError> {
    FACES.as_deref().map_err(|name| ReportError::Font(name))
}

static FACES: LazyLock<Result<String, &'static str>> = LazyLock::new(|| {
    let mut faces = String::new();
    for (weight, name, font) in [(400, "Inter Regular", REGULAR), (600, "Inter SemiBold", STRONG)] {
        let packed = STANDARD.encode(woff::packed(font).ok_or(name)?);
        let _ = writeln!(
            faces,
            "@font-face{{font-family:Inter;font-weight:{weight};src:url(data:font/woff;base64,{packed}) format('woff')}}"
        );
    }
    Ok(faces)
});

/// A font description that is written to SVG with a size of `size`.
pub(crate) fn font(size: f64, strong: bool) -> Result<FontDesc<'static>, ReportError> {
    (*REGISTERED).map_err(ReportError::Font)?;
    let style = if strong { FontStyle::Bold } else { FontStyle::Normal };
    Ok(FontDesc::new(FontFamily::Name(FAMILY), size * SVG_SIZE, style))
}

/// The width of a text in px at `size` px, with tabular figures.
pub(crate) fn width(text: &str, size: f64, strong: bool) -> Result<f64, ReportError> {
    // Tabular figures are all as wide as the widest, which is a little wider than a proportional zero.
    let figures = |letter: char| if letter.is_ascii_digit() { '0' } else { letter };
    proportional_width(&text.chars().map(figures).collect::<String>(), size, strong)
}

/// The width of a text with figures as wide as they are by themselves.
pub(crate) fn proportional_width(text: &str, size: f64, strong: bool) -> Result<f64, ReportError> {
    // Measured large, because the measure is cut to whole px.
    const LARGE: f64 = 100.0;
    let unreadable = |_| ReportError::Font("Inter");
    let (measured, _) = font(LARGE, strong)?.box_size(text).map_err(unreadable)?;
    Ok(f64::from(measured) * LINE / SVG_SIZE * size / LARGE)
}

/// The text, or as much of it as fits into `room` px with an ellipsis.
pub(crate) fn fitted(text: &str, room: f64, size: f64, strong: bool) -> Result<String, ReportError> {
    if width(text, size, strong)? <= room {
        return Ok(text.to_owned());
    }
    let letters: Vec<char> = text.chars().collect();
    for kept in (1..letters.len()).rev() {
        let shorter: String = letters.iter().take(kept).collect();
        let shorter = format!("{}…", shorter.trim_end());
        if width(&shorter, size, strong)? <= room {
            return Ok(shorter);
        }
    }
    Ok("…".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_as_wide_as_each_other() {
        assert_eq!(width("111", 13.0, false).unwrap(), width("888", 13.0, false).unwrap());
        let (narrow, wide) = (width("i", 13.0, false).unwrap(), width("W", 13.0, false).unwrap());
        assert!(narrow > 2.0 && wide > narrow * 2.0 && wide < 16.0, "{narrow} {wide}");
    }

    #[test]
    fn a_long_text_ends_in_an_ellipsis_and_fits() {
        let text = "organization selectin with tenant joined";
        let short = fitted(text, 100.0, 13.0, false).unwrap();
        assert!(short.ends_with('…') && short.starts_with("organ"), "{short}");
        assert!(width(&short, 13.0, false).unwrap() <= 100.0);
        assert_eq!(fitted("joined", 100.0, 13.0, false).unwrap(), "joined");
    }
}
