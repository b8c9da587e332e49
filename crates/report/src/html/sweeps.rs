//! Sweeps on the page: each as its chart, with what it found.

use super::figure;
use crate::error::ReportError;
use crate::figures::Figure;
use crate::palette::Theme;
use crate::sweeps;
use fetchscope_experiment::outcome::Outcome;
use maud::{Markup, html};

const WIDTH: u32 = 880;

pub(super) fn charts(outcome: &Outcome) -> Result<Markup, ReportError> {
    let mut drawn = Vec::new();
    for chart in sweeps::charts(outcome) {
        let draw = |theme| Figure::Sweep(&chart).draw(theme, WIDTH);
        let both = (draw(Theme::Light)?, draw(Theme::Dark)?);
        drawn.push((chart, both));
    }
    Ok(html! {
        @for (chart, (light, dark)) in drawn {
            section {
                h2 { (chart.title) }
                p { (sweeps::sentence(&chart.finding)) }
                (figure(&light, &dark))
            }
        }
    })
}
