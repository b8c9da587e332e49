//! Counting tests from what test runners print.

/// Passed and failed tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// From a line of `cargo test`: `test result: ok. 12 passed; 0 failed; …`.
    pub(crate) fn of_rust(line: &str) -> Tally {
        let Some(counts) = line.strip_prefix("test result: ") else { return Tally::default() };
        Tally { passed: before(counts, "passed"), failed: before(counts, "failed") }
    }

    /// From the last line of a script of the tests' own: `12 passed, 0 failed`.
    pub(crate) fn of_script(line: &str) -> Tally {
        let counts = line.split_once(" passed, ").filter(|(before, after)| {
            before.chars().all(|letter| letter.is_ascii_digit()) && after.ends_with(" failed")
        });
        counts.map_or_else(Tally::default, |_| Tally { passed: before(line, "passed"), failed: before(line, "failed") })
    }

    /// From a line of Vitest, with or without colours: `Tests  1 failed | 11 passed (12)`.
    pub(crate) fn of_ui(line: &str) -> Tally {
        let plain = without_colours(line);
        let Some(counts) = plain.trim_start().strip_prefix("Tests ") else { return Tally::default() };
        Tally { passed: before(counts, "passed"), failed: before(counts, "failed") }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The number that stands before `word`; 0 without one.
fn before(text: &str, word: &str) -> u64 {
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_script_is_counted() {
        assert_eq!(Tally::of_script("12 passed, 3 failed"), Tally { passed: 12, failed: 3 });
        assert_eq!(Tally::of_script("seed 4: 12 passed, 3 failed"), Tally::default());
    }

    #[test]
    fn lines_of_cargo_are_counted() {
        let line = "test result: FAILED. 11 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(Tally::of_rust(line), Tally { passed: 11, failed: 2 });
        assert_eq!(Tally::of_rust("test stats::works ... ok"), Tally::default());
    }

    #[test]
    fn lines_of_vitest_are_counted() {
        let coloured =
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m | 11 passed\u{1b}[39m (12)";
        assert_eq!(Tally::of_ui(coloured), Tally { passed: 11, failed: 1 });
        assert_eq!(Tally::of_ui("      Tests  12 passed (12)"), Tally { passed: 12, failed: 0 });
        assert_eq!(Tally::of_ui(" Test Files  3 passed (3)"), Tally::default());
    }
}
