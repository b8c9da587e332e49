//! The mapping of the open work: the introspected one with the edits that somebody made of it.

use super::{Answer, App, Mapped, OpenSource, lock, source_view};
use crate::error::AppError;
use crate::mapping_edits::{applied, followed, undone};
use crate::settings;
use crate::wire::{ExperimentDoc, ExportView, MappingEdit, SourceView};
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_report::format;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

impl App {
    /// The source as the open work maps it.
    pub fn view_source(&self, experiment: &ExperimentDoc) -> Answer<SourceView> {
        Ok(source_view::view(&self.source(experiment)?.opened)?)
    }

    /// The open work after one more edit of its mapping: what names relationships follows. An edit that the engine or the
    /// database does not accept changes nothing.
    pub fn edit_mapping(&self, experiment: &ExperimentDoc, edit: &MappingEdit) -> Answer<ExperimentDoc> {
        let before = self.source(experiment)?;
        let mut edited = followed(experiment, &before.opened.document, edit)?;
        edited.mapping.push(edit.clone());
        self.source(&edited)?;
        Ok(edited)
    }

    /// The open work on the mapping that was introspected, or on that of its file.
    pub fn reset_mapping(&self, experiment: &ExperimentDoc) -> Answer<ExperimentDoc> {
        let plain = self.unedited(experiment)?;
        let mut reset = experiment.clone();
        while let Some(edit) = reset.mapping.last().cloned() {
            // Of edits that can no longer be made there is nothing in the work that could follow.
            if let Ok(after) = applied(&plain, &reset.mapping) {
                reset = undone(&reset, &after, &edit)?;
            }
            reset.mapping.pop();
        }
        Ok(reset)
    }

    /// Writes the mapping of the open work as the file that `--mapping` reads.
    pub fn export_mapping(&self, experiment: &ExperimentDoc, path: &Path) -> Answer<ExportView> {
        let open = self.source(experiment)?;
        let mut text = serde_json::to_string_pretty(&open.opened.document)
            .map_err(|error| AppError::Internal(format!("the mapping cannot be written: {error}")))?;
        text.push('\n');
        settings::write_whole(path, text.as_bytes())?;
        Ok(ExportView { path: path.display().to_string(), size: format::bytes(text.len() as u64) })
    }

    /// The source of the open work, seen through its mapping, until opening it is cancelled.
    pub(super) fn source_as_mapped(
        &self,
        experiment: &ExperimentDoc,
        cancel: &AtomicBool,
    ) -> Result<Arc<OpenSource>, AppError> {
        let open = self.source_until(&experiment.source, &mut |_| {}, cancel)?;
        let ExperimentDoc { mapping_file: file, mapping: edits, .. } = experiment;
        if edits.is_empty() && file.is_none() {
            return Ok(open);
        }
        let is_asked_for = |known: &&Mapped| known.file == *file && known.edits == *edits;
        if let Some(Mapped { seen, .. }) = lock(&open.mapped).as_ref().filter(is_asked_for) {
            return Ok(seen.clone());
        }
        let document = match file {
            Some(file) => mapping_file(file)?,
            None => open.opened.document.clone(),
        };
        let mut opened = open.opened.seen_through(applied(&document, edits)?)?;
        if !edits.is_empty() {
            let count = edits.len();
            let changes = if count == 1 { "change" } else { "changes" };
            let of = if file.is_some() { "one of the file" } else { "introspected one" };
            opened.notices.push(format!("The mapping is one's own: {count} {changes} of the {of}."));
        }
        let seen = OpenSource::new(opened);
        *lock(&open.mapped) = Some(Mapped { file: file.clone(), edits: edits.clone(), seen: seen.clone() });
        Ok(seen)
    }

    /// The mapping that the edits of the open work begin from.
    fn unedited(&self, experiment: &ExperimentDoc) -> Result<MappingDocument, AppError> {
        if let Some(file) = &experiment.mapping_file {
            return mapping_file(file);
        }
        let open = self.source_until(&experiment.source, &mut |_| {}, &AtomicBool::new(false))?;
        Ok(open.opened.document.clone())
    }
}

/// The mapping file that an experiment names.
fn mapping_file(file: &str) -> Result<MappingDocument, AppError> {
    let wrong = |what: String| AppError::Input(format!("the mapping file {file} of the experiment {what}"));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(format!("could not be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| wrong(format!("is not a valid mapping: {error}")))
}
