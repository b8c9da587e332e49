//! Colours and sizes, from the one token file that feeds the window as well.

use crate::error::ReportError;
use serde::Deserialize;
use std::sync::LazyLock;

/// Light or dark; both are designed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on white; also what is printed.
    Light,
    /// Light ink on near black.
    Dark,
}

/// An opaque colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Colour {
    /// Red, green and blue.
    pub rgb: (u8, u8, u8),
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| format!("{text} is not a colour; a colour is written #RRGGBB"))?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Colour { rgb: (red, green, blue) })
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (red, green, blue) = self.rgb;
        write!(formatter, "#{red:02X}{green:02X}{blue:02X}")
    }
}

/// The colours of a theme that charts and reports use.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inks {
    /// Behind everything.
    pub background: Colour,
    /// Behind code and table heads.
    pub panel: Colour,
    /// Text.
    pub text: Colour,
    /// Text of less weight; still 4.5:1.
    pub muted: Colour,
    /// Lines between rows.
    pub hairline: Colour,
    /// Lines of a chart's grid.
    pub grid: Colour,
    /// A chart's axis and whiskers.
    pub axis: Colour,
    /// The band of a confidence interval.
    pub band: Colour,
    /// Opacity of that band.
    pub band_opacity: f64,
    /// Errors and wrong results, and nothing else.
    pub error: Colour,
    /// Behind them.
    pub error_soft: Colour,
    /// SQL keywords.
    pub keyword: Colour,
}

#[derive(Debug, Deserialize)]
struct Tokens {
    font: FontTokens,
    light: Inks,
    dark: Inks,
    variants: ThemedColours,
    bands: ThemedColours,
}

#[derive(Debug, Deserialize)]
struct FontTokens {
    family: String,
    mono: String,
    sizes: Sizes,
}

/// The three text sizes, in px.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Sizes {
    /// Ticks and remarks.
    pub small: f64,
    /// Everything else.
    pub body: f64,
    /// Headings.
    pub title: f64,
}

#[derive(Debug, Deserialize)]
struct ThemedColours {
    light: Vec<Colour>,
    dark: Vec<Colour>,
}

static TOKENS: LazyLock<Result<Tokens, String>> = LazyLock::new(|| {
    let text = include_str!("../../../ui/tokens.json");
    let tokens: Tokens = serde_json::from_str(text).map_err(|error| error.to_string())?;
    for (name, ThemedColours { light, dark }) in [("variants", &tokens.variants), ("bands", &tokens.bands)] {
        if light.is_empty() || dark.is_empty() {
            return Err(format!("{name} has no colours"));
        }
    }
    Ok(tokens)
});

/// Everything a drawing needs to know about a theme.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// Family name of the embedded font.
    pub family: &'static str,
    /// Family name of the font for SQL.
    pub mono: &'static str,
    /// Text sizes at scale 1.
    pub sizes: Sizes,
    /// Greys and red.
    pub inks: &'static Inks,
    variants: &'static [Colour],
    bands: &'static [Colour],
}

impl Palette {
    /// The palette of a theme.
    ///
    /// # Errors
    /// Where the token file lacks a key.
    pub fn of(theme: Theme) -> Result<Palette, ReportError> {
        let tokens = TOKENS.as_ref().map_err(|reason| ReportError::Tokens(reason.clone()))?;
        let (inks, variants, bands) = match theme {
            Theme::Light => (&tokens.light, &tokens.variants.light, &tokens.bands.light),
            Theme::Dark => (&tokens.dark, &tokens.variants.dark, &tokens.bands.dark),
        };
        let FontTokens { family, mono, sizes } = &tokens.font;
        Ok(Palette { family, mono, sizes: *sizes, inks, variants, bands })
    }

    /// The colour of a variant by its index; they repeat after the last, the letters do not.
    #[must_use]
    pub fn variant(&self, index: usize) -> Colour {
        self.variants.get(index % self.variants.len().max(1)).copied().unwrap_or(self.inks.axis)
    }

    /// The colour of a band of time by its place in a request: greys wait, blues are the database, browns the client.
    #[must_use]
    pub fn band(&self, index: usize) -> Colour {
        self.bands.get(index).copied().unwrap_or(self.inks.axis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as the Web Content Accessibility Guidelines 2.2 define them.
    fn contrast(a: Colour, b: Colour) -> f64 {
        fn luminance(colour: Colour) -> f64 {
            let channel = |value: u8| {
                let value = f64::from(value) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            let (red, green, blue) = colour.rgb;
            0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
        }
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn the_token_file_has_every_key_the_charts_use() {
        for theme in [Theme::Light, Theme::Dark] {
            let palette = Palette::of(theme).unwrap();
            assert_eq!(palette.family, "Inter");
            assert!(palette.variants.len() >= 6);
        }
    }

    #[test]
    fn text_has_4_5_to_1_and_marks_3_to_1() {
        for theme in [Theme::Light, Theme::Dark] {
            let palette = Palette::of(theme).unwrap();
            let inks = palette.inks;
            for text in [inks.text, inks.muted, inks.error, inks.keyword] {
                for ground in [inks.background, inks.panel] {
                    assert!(contrast(text, ground) >= 4.5, "{theme:?}: {text} on {ground}");
                }
            }
            for mark in palette.variants.iter().chain(palette.bands).copied().chain([inks.axis, inks.error]) {
                assert!(contrast(mark, inks.background) >= 3.0, "{theme:?}: {mark}");
            }
        }
    }

    #[test]
    fn a_colour_that_is_none_is_named() {
        assert_eq!(Colour::try_from("#0072B2".to_owned()).unwrap().to_string(), "#0072B2");
        assert!(Colour::try_from("blue".to_owned()).unwrap_err().contains("blue"));
    }
}
