//! The one window, coloured before its first frame so that a dark one does not flash white.

use fetchscope_app::App;
use fetchscope_app::wire::ThemeChoice;
use std::error::Error;
use tauri::window::Color;
use tauri::{Theme, WebviewWindowBuilder};

/// The tokens the front end is coloured by.
const TOKENS: &str = include_str!("../../ui/tokens.json");

/// Opens the window that `tauri.conf.json` describes.
pub(crate) fn open(shell: &tauri::App, app: &App) -> Result<(), Box<dyn Error>> {
    let config = shell.config().app.windows.first().ok_or("tauri.conf.json describes no window")?;
    let window = WebviewWindowBuilder::from_config(shell.handle(), config)?.visible(false).build()?;
    let system = window.theme().unwrap_or(Theme::Light);
    window.set_background_color(background(chosen_theme(app, system)))?;
    window.show()?;
    Ok(())
}

/// The theme kept in the settings; unreadable settings are told in the window, not here.
fn chosen_theme(app: &App, system: Theme) -> Theme {
    match app.start().map(|start| start.settings.theme).unwrap_or_default() {
        ThemeChoice::Light => Theme::Light,
        ThemeChoice::Dark => Theme::Dark,
        ThemeChoice::System => system,
    }
}

fn background(theme: Theme) -> Option<Color> {
    let tokens: serde_json::Value = serde_json::from_str(TOKENS).ok()?;
    let side = if theme == Theme::Dark { "dark" } else { "light" };
    tokens[side]["background"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_themes_have_a_background_that_can_be_parsed() {
        let (light, dark) = (background(Theme::Light), background(Theme::Dark));
        assert!(light.is_some() && dark.is_some());
        assert_ne!(light, dark);
    }
}
