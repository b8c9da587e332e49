//! Sweeps on the page: each as its chart, with what it found.

use super::figure;
use crate::charts::{Style, sweep};
use crate::error::ReportError;
use crate::palette::Theme;
use crate::sweeps;
use fetchscope_experiment::outcome::Outcome;
use maud::{Markup, html};

const WIDTH: u32 = 880;
const HEIGHT: u32 = 340;

pub(super) fn charts(outcome: &Outcome) -> Result<Markup, ReportError> {
    let mut drawn = Vec::new();
    for chart in sweeps::charts(outcome) {
        let style = |theme| Style { theme, width: WIDTH, height: HEIGHT, scale: 1.0 };
        let both = (sweep(&chart, &style(Theme::Light))?, sweep(&chart, &style(Theme::Dark))?);
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
