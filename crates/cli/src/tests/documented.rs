//! What the documentation says holds: its commands can be typed, its files can be read, and no command is left out.

use crate::arguments::Arguments;
use clap::{CommandFactory, Parser};
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_experiment::spec::Experiment;
use std::path::{Path, PathBuf};

/// README and every page of `docs/`, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages =
        docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")).chain([root.join("README.md")]);
    pages.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// The blocks of code of a page, each with its language.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// The words of a line of a shell, up to a comment, a pipe or a redirection.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            '#' | '|' | '>' | '<' if !quoted && words.last().is_some_and(String::is_empty) => break,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_can_be_typed() {
    let mut typed = 0;
    for (path, page) in pages() {
        for (_, block) in blocks(&page) {
            let lines = block.lines().map(|line| line.trim_start().trim_start_matches("- run: "));
            for line in lines.filter(|line| line.starts_with("fetchscope ")) {
                if let Err(error) = Arguments::try_parse_from(words(line)) {
                    panic!("{}: `{line}`\n{error}", path.display());
                }
                typed += 1;
            }
        }
    }
    assert!(typed > 40, "only {typed} commands were found");
}

#[test]
fn every_command_and_option_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/commands.md")).unwrap();
    let all: String = pages().into_iter().map(|(_, page)| page).collect();
    for command in Arguments::command().get_subcommands() {
        let name = command.get_name();
        assert!(page.contains(&format!("`{name}`")), "docs/commands.md says nothing of `{name}`");
        for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(all.contains(&format!("--{option}")), "no page says anything of `fetchscope {name} --{option}`");
        }
    }
}

#[test]
fn every_file_can_be_read() {
    let (mut experiments, mut plans) = (0, 0);
    for (path, page) in pages() {
        for (language, block) in blocks(&page) {
            match language {
                "toml" if block.starts_with("version = 1\nsource") || block.contains("[application]") => {
                    Experiment::from_toml(block).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    experiments += 1;
                }
                "toml" => panic!("{} has TOML that is no experiment: {block}", path.display()),
                "json" => {
                    serde_json::from_str::<PlanDocument>(block)
                        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    plans += 1;
                }
                _ => {}
            }
        }
    }
    assert!(experiments >= 4 && plans >= 2, "{experiments} experiments and {plans} plans were found");
}

#[test]
fn words_are_those_of_a_shell() {
    assert_eq!(words("fetchscope run \"a b.toml\" --json > out.json"), ["fetchscope", "run", "a b.toml", "--json"]);
    assert_eq!(words("fetchscope demo   # the main job"), ["fetchscope", "demo"]);
}
