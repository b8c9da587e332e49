//! Lessons, as the window asks for them.

use super::runs::Asked;
use super::{Answer, App, lock, pythons};
use crate::document;
use crate::lessons::{self, Lesson, Revealed, reveal};
use crate::wire::{LessonView, LessonsView, RevealView, RunEvent, VerdictView};
use pulldown_cmark::{Event, Options, Parser, html};
use std::sync::atomic::AtomicBool;

impl App {
    /// Every lesson there is.
    pub fn lessons(&self) -> Answer<LessonsView> {
        let (lessons, notices) = lessons::all(&self.paths);
        Ok(LessonsView {
            lessons: lessons.iter().map(view).collect(),
            notices,
            folder: self.paths.lessons.display().to_string(),
        })
    }

    /// Measures a lesson and reveals it.
    pub fn run_lesson(&self, name: &str, emit: &mut dyn FnMut(RunEvent)) -> Answer<RevealView> {
        let lesson = lessons::find(&self.paths, name)?;
        let doc = document::doc(&lesson.experiment)?;
        let chosen = lock(&self.python).clone();
        let python = pythons::chosen(&self.paths, &chosen);
        let open = |cancel: &AtomicBool| self.source_as_mapped(&doc, cancel);
        let asked =
            Asked { experiment: lesson.experiment.clone(), doc: doc.clone(), called: Some((&lesson.title, "lesson")) };
        let run = self.runs.run(asked, &python, self.history(), open, emit)?;
        self.revealed(&lesson, &run.id)
    }

    /// Reveals a lesson by the run that measured it.
    pub fn reveal_lesson(&self, name: &str, run: &str) -> Answer<RevealView> {
        self.revealed(&lessons::find(&self.paths, name)?, run)
    }

    fn revealed(&self, lesson: &Lesson, run: &str) -> Answer<RevealView> {
        let (view, Revealed { right, text, verdict }) =
            self.runs.read(run, self.history(), |outcome| reveal(lesson, outcome))?;
        let verdict = verdict.map(|verdict| VerdictView {
            says: verdict.says,
            verdict: verdict.verdict.to_owned(),
            cells: verdict.cells,
        });
        Ok(RevealView { run: view, right, text: page(&text), verdict })
    }
}

fn view(lesson: &Lesson) -> LessonView {
    let experiment = &lesson.experiment;
    LessonView {
        name: lesson.name.clone(),
        title: lesson.title.clone(),
        text: page(&lesson.text),
        question: page(&lesson.question),
        choices: lesson.choices.iter().map(|choice| inline(&choice.text)).collect(),
        setting: format!(
            "{}, {} variants, {} at once, {} ms round trip",
            experiment.source,
            experiment.variants.len(),
            experiment.workload.concurrency,
            experiment.conditions.rtt_ms
        ),
    }
}

/// Markdown as HTML. A page is text that somebody else may have written: HTML in it is shown as it stands, and links and
/// pictures are left out, since they would lead out of the window.
fn page(markdown: &str) -> String {
    use pulldown_cmark::{Tag, TagEnd};
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).filter_map(|event| {
        if let Event::Html(text) | Event::InlineHtml(text) = event {
            return Some(Event::Text(text));
        }
        let leads_out = matches!(
            event,
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::End(TagEnd::Link | TagEnd::Image)
        );
        (!leads_out).then_some(event)
    });
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

/// A page of one paragraph without its frame.
fn inline(markdown: &str) -> String {
    let page = page(markdown);
    let page = page.trim();
    page.strip_prefix("<p>").and_then(|page| page.strip_suffix("</p>")).unwrap_or(page).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_brings_nothing_that_acts() {
        let shown = page("*Hello* <script>alert(1)</script> [here](javascript:x) ![there](http://example.com/x.png)");
        assert_eq!(shown.trim(), "<p><em>Hello</em> &lt;script&gt;alert(1)&lt;/script&gt; here there</p>");
        assert_eq!(inline("one `two`"), "one <code>two</code>");
    }
}
