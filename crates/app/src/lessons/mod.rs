//! Lessons: a claim to read, a prediction to make, an experiment to run, and what it measured.
//!
//! A lesson is a page in Markdown and an experiment file of the same name, so that a trainer adds one without Rust: those of
//! the samples are built in, and those in Fetchscope's own folder come beside them or in their place. Nothing is revealed
//! that was not measured: figures in the last part of a page are placeholders, and one written by hand is refused.

mod condition;
mod page;
mod reveal;

pub use reveal::{Revealed, reveal};

use crate::error::AppError;
use crate::paths::Paths;
use condition::Condition;
use fetchscope_datasets::LESSONS;
use fetchscope_experiment::spec::Experiment;
use std::path::Path;

/// A lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// What its files are called.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What is read first, in Markdown.
    pub text: String,
    /// What is to be predicted, in Markdown.
    pub question: String,
    /// The predictions there are to choose from.
    pub choices: Vec<Choice>,
    /// What is said afterwards, in Markdown, with placeholders for what was measured.
    pub after: String,
    /// What is measured.
    pub experiment: Experiment,
}

/// A prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// In Markdown.
    pub text: String,
    /// What has to be measured for it to be right.
    condition: Condition,
}

/// Every lesson there is, and what is wrong with those that cannot be used.
#[must_use]
pub fn all(paths: &Paths) -> (Vec<Lesson>, Vec<String>) {
    let (mut lessons, mut problems) = (Vec::new(), Vec::new());
    for files in LESSONS {
        match read(files.name, files.page, files.experiment) {
            Ok(lesson) => lessons.push(lesson),
            Err(error) => problems.push(error.to_string()),
        }
    }
    for page in pages(&paths.lessons) {
        match from_file(&page) {
            Ok(own) => match lessons.iter_mut().find(|lesson| lesson.name == own.name) {
                Some(built_in) => *built_in = own,
                None => lessons.push(own),
            },
            Err(error) => problems.push(error.to_string()),
        }
    }
    (lessons, problems)
}

/// A lesson by its name, or by the path of its page.
///
/// # Errors
/// When there is none, or it cannot be used.
pub fn find(paths: &Paths, name: &str) -> Result<Lesson, AppError> {
    if name.ends_with(".md") {
        return from_file(Path::new(name));
    }
    let (lessons, problems) = all(paths);
    let names = lessons.iter().map(|lesson| lesson.name.as_str()).collect::<Vec<_>>().join(", ");
    lessons.iter().find(|lesson| lesson.name == name).cloned().ok_or_else(|| {
        let own = problems.iter().find(|problem| problem.contains(&format!("{name}.")));
        AppError::Input(own.cloned().unwrap_or_else(|| format!("there is no lesson `{name}`; there are {names}")))
    })
}

/// The pages of a folder, by name; a folder that is not there has none.
fn pages(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut pages: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    pages.sort();
    pages
}

/// The lesson of a page, with the experiment beside it.
fn from_file(page: &Path) -> Result<Lesson, AppError> {
    let text = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| AppError::Input(format!("{} could not be read: {error}", path.display())))
    };
    let name = page.file_stem().unwrap_or_default().to_string_lossy();
    let experiment = page.with_extension("toml");
    read_as(
        &name,
        (&page.display().to_string(), &text(page)?),
        (&experiment.display().to_string(), &text(&experiment)?),
    )
}

fn read(name: &str, page: &str, experiment: &str) -> Result<Lesson, AppError> {
    read_as(name, (&format!("{name}.md"), page), (&format!("{name}.toml"), experiment))
}

fn read_as(name: &str, (page_file, page): (&str, &str), (file, experiment): (&str, &str)) -> Result<Lesson, AppError> {
    let experiment = Experiment::from_toml(experiment).map_err(|error| AppError::from(error).in_file(file))?;
    page::read(name, page, experiment).map_err(|problem| AppError::Input(format!("{page_file}: {problem}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPERIMENT: &str = "version = 1\nsource = \"sample:citizenapp\"\n[endpoint]\nroot = \"User\"\n\
        relationships = [{ name = \"organization\" }]\n[variants.lazy]\n[variants.\"by join\"]\norganization = \"joined\"\n";
    const PAGE: &str = "# A title\n\nSome *words*.\n\n## Predict\n\nWhich one?\n\n- The lazy one. `fastest lazy`\n\
        - Five statements,\n  by a join. `queries \"by join\" = 5`\n\n## Reveal\n\nIt sent {queries by join}.\n";

    #[test]
    fn a_page_has_three_parts() {
        let lesson = read("mine", PAGE, EXPERIMENT).unwrap();
        assert_eq!((lesson.title.as_str(), lesson.text.as_str()), ("A title", "Some *words*."));
        assert_eq!(lesson.question, "Which one?");
        let texts: Vec<&str> = lesson.choices.iter().map(|choice| choice.text.as_str()).collect();
        assert_eq!(texts, ["The lazy one.", "Five statements, by a join."]);
        assert_eq!(lesson.after, "It sent {queries by join}.");
    }

    #[test]
    fn what_is_wrong_with_a_page_is_said_with_its_place() {
        let said = |page: String| read("mine", &page, EXPERIMENT).unwrap_err().to_string();
        let changed = |from: &str, to: &str| said(PAGE.replace(from, to));
        assert!(changed("# A title", "A title").contains("mine.md: the first line"));
        assert!(changed("## Predict", "## Guess").contains("no part `## Predict`"));
        assert!(changed("## Reveal", "## End").contains("no part `## Reveal`"));
        assert!(changed(" `fastest lazy`", "").contains("in backticks; a lesson asks one question"));
        assert!(changed("fastest lazy", "fastest eager").contains("no variant `eager`"));
        assert!(changed("fastest lazy", "quickest lazy").contains("`quickest lazy` is no condition"));
        assert!(changed("= 5", "= five").contains("a number"));
        assert!(changed("{queries by join}", "{queries eager}").contains("no variant `eager`"));
        assert!(changed("{queries by join}", "{speed lazy}").contains("`speed`"));
        // A figure that nobody measured.
        assert!(changed("It sent {queries by join}", "It sent 3 statements").contains("states the figure 3"));
        let experiment = EXPERIMENT.replace("version = 1", "version = 1\nunknown = 2");
        assert!(read("mine", PAGE, &experiment).unwrap_err().to_string().contains("mine.toml"));
    }

    #[test]
    fn every_lesson_that_is_built_in_can_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let (lessons, problems) = all(&Paths::under(folder.path()));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(lessons.len(), LESSONS.len());
        assert!(lessons.iter().all(|lesson| lesson.choices.len() > 1 && lesson.experiment.check().is_ok()));
    }

    #[test]
    fn a_lesson_of_ones_own_comes_beside_the_others_or_in_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        std::fs::create_dir(&paths.lessons).unwrap();
        for name in ["mine", "c2"] {
            std::fs::write(paths.lessons.join(format!("{name}.md")), PAGE).unwrap();
            std::fs::write(paths.lessons.join(format!("{name}.toml")), EXPERIMENT).unwrap();
        }
        std::fs::write(paths.lessons.join("half.md"), PAGE).unwrap();
        let (lessons, problems) = all(&paths);
        assert_eq!(lessons.len(), LESSONS.len() + 1);
        assert!(problems.len() == 1 && problems[0].contains("half.toml"), "{problems:?}");
        assert_eq!(find(&paths, "c2").unwrap().title, "A title");
        assert!(find(&paths, "half").unwrap_err().to_string().contains("half.toml"));
        assert!(find(&paths, "none").unwrap_err().to_string().contains("there are c2, c4"));
    }
}
