//! The style sheet: the tokens of both themes, the embedded font, and the layout.

use crate::error::ReportError;
use crate::palette::{Palette, Theme};
use crate::type_face;
use std::fmt::Write;

/// Distinct swatch classes; colours repeat after them as they do in the charts.
pub(super) const VARIANTS: usize = 16;

/// The whole style sheet.
pub(super) fn style() -> Result<String, ReportError> {
    let faces = type_face::faces()?;
    let (light, dark) = (Palette::of(Theme::Light)?, Palette::of(Theme::Dark)?);
    let root = format!(":root{{--sans:\"{}\";--mono:\"{}\";{}}}", light.family, light.mono, variables(&light));
    // Only on screen: paper is light.
    let dark = format!("@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}", variables(&dark));
    let mut swatches = String::new();
    for index in 0..VARIANTS {
        let _ = write!(swatches, ".v{index}{{background:var(--v{index})}}");
    }
    Ok(format!("{faces}{root}\n{dark}\n{swatches}\n{}", include_str!("report.css")))
}

fn variables(palette: &Palette) -> String {
    let inks = palette.inks;
    let mut variables = String::new();
    for (name, colour) in [
        ("background", inks.background),
        ("panel", inks.panel),
        ("text", inks.text),
        ("muted", inks.muted),
        ("hairline", inks.hairline),
        ("error", inks.error),
        ("error-soft", inks.error_soft),
        ("keyword", inks.keyword),
    ] {
        let _ = write!(variables, "--{name}:{colour};");
    }
    for index in 0..VARIANTS {
        let _ = write!(variables, "--v{index}:{};", palette.variant(index));
    }
    variables
}
