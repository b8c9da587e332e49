//! Draws the charts and reports of made-up outcomes into a folder, to be looked at after a change.
//!
//! `cargo run -p fetchscope-report --example gallery -- FOLDER`

#[path = "../src/fixture.rs"]
mod fixture;

use fetchscope_report::charts::{self, Style};
use fetchscope_report::export::{Format, export};
use fetchscope_report::palette::{Palette, Theme};
use fetchscope_report::rows::rows;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: gallery FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let outcomes = [
        ("article", fixture::article()),
        ("pair", fixture::pair()),
        ("tied", fixture::tied()),
        ("troubled", fixture::troubled()),
        ("dozen", fixture::dozen()),
        ("waited", fixture::waited()),
    ];
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        let ground = Palette::of(theme)?.inks.background;
        let mut page = format!("<!doctype html><meta charset=utf-8><body style='background:{ground}'>");
        for (width, height, scale) in [(600, 200, 1.0), (380, 120, 1.0), (600, 300, 1.6)] {
            for (_, outcome) in &outcomes {
                let pair = charts::pair(&rows(outcome), &Style { theme, width, height, scale })?;
                write!(page, "<p>{} {}", pair.queries.svg, pair.latency.svg)?;
            }
        }
        std::fs::write(folder.join(format!("charts-{name}.html")), page)?;
    }
    for (name, outcome) in &outcomes {
        for format in Format::ALL {
            std::fs::write(folder.join(format!("{name}.{}", format.endings()[0])), export(outcome, format)?)?;
        }
    }
    Ok(())
}
