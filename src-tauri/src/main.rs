//! The desktop shell: a window, the commands it may call, and the application behind them. It opens no port.

// A release build on Windows is a window, not a console.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod dialogs;
mod drops;
mod startup;
mod window;

use fetchscope_app::{App, Paths};
use mimalloc::MiMalloc;
use std::process::ExitCode;
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    startup::settle();
    match show() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => startup::refuse(error.as_ref()),
    }
}

fn show() -> Result<(), Box<dyn std::error::Error>> {
    let app = Arc::new(App::new(Paths::standard()));
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .manage(Arc::clone(&app))
        .manage(drops::Drops::default())
        .on_window_event(drops::hear)
        .invoke_handler(commands::all())
        .setup(move |shell| window::open(shell, &app))
        .run(tauri::generate_context!())?;
    Ok(())
}
