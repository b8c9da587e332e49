//! The lessons that come with the samples, as text: a page in Markdown and an experiment file each. What they mean is known to
//! whoever runs them.

/// The two files of a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LessonFiles {
    /// What both files are called, without their ending.
    pub name: &'static str,
    /// What is read, predicted and revealed.
    pub page: &'static str,
    /// What is measured.
    pub experiment: &'static str,
}

macro_rules! lessons {
    ($($name:literal),* $(,)?) => {
        &[$(LessonFiles {
            name: $name,
            page: include_str!(concat!("../citizenapp/lessons/", $name, ".md")),
            experiment: include_str!(concat!("../citizenapp/lessons/", $name, ".toml")),
        }),*]
    };
}

/// In the order in which they build on each other; one that stands only in the folder is found by a test.
pub const LESSONS: &[LessonFiles] = lessons![
    "c2",
    "c4",
    "c5",
    "c6",
    "siblings",
    "c9",
    "crossover",
    "c3",
    "pool",
    "c1",
    "c8",
    "index",
    "tenant",
    "noload",
    "greenlet",
    "c7",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_lesson_of_the_folder_is_built_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("citizenapp/lessons");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let names: BTreeSet<String> =
            files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        assert_eq!(names, LESSONS.iter().map(|lesson| lesson.name.to_owned()).collect());
    }
}
