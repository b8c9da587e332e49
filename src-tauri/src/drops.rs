//! Files that are dropped on the window: the system tells their paths to the shell alone, which hands them on.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tauri::ipc::Channel;
use tauri::{DragDropEvent, Manager, Window, WindowEvent};

/// Who wants to know of dropped files.
#[derive(Default)]
pub(crate) struct Drops(Mutex<Option<Channel<String>>>);

impl Drops {
    /// From now on they are told to `paths`.
    pub(crate) fn watch(&self, paths: Channel<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(paths);
    }

    fn tell(&self, dropped: &[PathBuf]) {
        let watching = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, channel) in dropped.iter().zip(watching.iter().cycle()) {
            // A page that is gone does not want to know.
            drop(channel.send(path.display().to_string()));
        }
    }
}

/// Hears of what happens to the window.
pub(crate) fn hear(window: &Window, event: &WindowEvent) {
    if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
        window.state::<Drops>().tell(paths);
    }
}
