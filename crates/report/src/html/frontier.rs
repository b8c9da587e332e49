//! Queries, latency and rows against one another.

use super::figure;
use crate::error::ReportError;
use crate::figures::Figure;
use crate::frontier;
use crate::palette::Theme;
use crate::rows::Row;
use maud::{Markup, html};

const CHART_WIDTH: u32 = 880;

pub(super) fn section(rows: &[Row]) -> Result<Markup, ReportError> {
    let draw = |theme| Figure::Frontier(rows).draw(theme, CHART_WIDTH);
    let (light, dark) = (draw(Theme::Light)?, draw(Theme::Dark)?);
    Ok(html! {
        section {
            h2 { (light.title) }
            p { (frontier::finding(rows)) }
            (figure(&light, &dark))
        }
    })
}
