//! Embeds the front end, and lets the window call the application's own commands and nothing else.

use std::path::Path;
use std::process::exit;

/// Every command the window may call; `capabilities/main.json` grants them one by one.
const COMMANDS: &[&str] = &[
    "apply_preset",
    "cancel_open",
    "cancel_prepare",
    "cancel_run",
    "choose_export",
    "choose_file",
    "code",
    "compare_runs",
    "delete_run",
    "draw",
    "draw_figure",
    "edit_mapping",
    "explain",
    "export_mapping",
    "export_run",
    "forget_password",
    "lessons",
    "list_history",
    "look_at_python",
    "open_file",
    "open_run",
    "open_server",
    "open_source",
    "predict",
    "prepare_python",
    "ready",
    "rename_run",
    "reset_mapping",
    "restore_run",
    "reveal_lesson",
    "run",
    "run_lesson",
    "save_settings",
    "start",
    "statements",
    "tag_run",
    "test_server",
    "trace",
    "view_source",
    "watch_drops",
];

fn main() {
    println!("cargo:rerun-if-changed=../ui/dist");
    if !Path::new("../ui/dist/index.html").is_file() {
        println!(
            "cargo:error=The front end is not built: ui/dist/index.html is missing. `cargo xtask run` builds it, or \
             `npm ci && npm run build` in ui/."
        );
        exit(1);
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo:error=The desktop shell's configuration cannot be used: {error:#}");
        exit(1);
    }
}
