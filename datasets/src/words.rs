//! Invented text: names, companies, sentences, from the `fake` crate.

use fake::Fake;
use fake::faker::address::en::{CityName, CountryName};
use fake::faker::company::en::{Bs, CatchPhrase, CompanyName};
use fake::faker::job::en::Title as JobTitle;
use fake::faker::lorem::en::Words as LoremWords;
use fake::faker::name::en::{FirstName, LastName};
use rand::Rng;

/// What a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    Person,
    FirstName,
    LastName,
    Company,
    Job,
    CatchPhrase,
    Activity,
    City,
    Country,
    Sentence(u32, u32),
}

impl Words {
    /// One such text.
    pub(crate) fn invent<R: Rng>(self, rng: &mut R) -> String {
        match self {
            Words::Person => {
                let first: String = FirstName().fake_with_rng(rng);
                let last: String = LastName().fake_with_rng(rng);
                format!("{first} {last}")
            }
            Words::FirstName => FirstName().fake_with_rng(rng),
            Words::LastName => LastName().fake_with_rng(rng),
            Words::Company => CompanyName().fake_with_rng(rng),
            Words::Job => JobTitle().fake_with_rng(rng),
            Words::CatchPhrase => CatchPhrase().fake_with_rng(rng),
            Words::Activity => capitalised(Bs().fake_with_rng(rng)),
            Words::City => CityName().fake_with_rng(rng),
            Words::Country => CountryName().fake_with_rng(rng),
            Words::Sentence(least, most) => {
                let words: Vec<String> = LoremWords(least as usize..most as usize + 1).fake_with_rng(rng);
                capitalised(words.join(" ")) + "."
            }
        }
    }
}

fn capitalised(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::CellStream;

    fn three(words: Words) -> Vec<String> {
        let stream = CellStream::new("words", 1, "t", "c");
        (1..=3).map(|row| words.invent(&mut stream.at(row))).collect()
    }

    /// A new version of the crate that invents others changes every sample: then `generator::VERSION` must change too.
    #[test]
    fn the_words_are_the_recorded_ones() {
        let all = [Words::Person, Words::Company, Words::Activity, Words::CatchPhrase, Words::Job, Words::City];
        let recorded: Vec<Vec<String>> = all.into_iter().map(three).collect();
        assert_eq!(
            recorded,
            [
                ["Dena Denesik", "Shanel Ratke", "Myrtle Oberbrunner"],
                ["Denesik and Sons", "Ratke and Zieme Group", "Oberbrunner and Morar Inc"],
                [
                    "Incentivize mission-critical deliverables",
                    "Transition synergistic methodologies",
                    "Scale world-class e-commerce",
                ],
                [
                    "Exclusive client-server pricing structure",
                    "Synergized non-volatile workforce",
                    "Re-engineered multimedia methodology",
                ],
                ["Corporate Advertising Producer", "Chief Legal Strategist", "Global Hospitality Orchestrator"],
                ["Christophermouth", "Ratkeshire", "Oberbrunnerstad"],
            ]
        );
    }

    #[test]
    fn sentences_have_as_many_words_as_asked_for() {
        let stream = CellStream::new("words", 1, "t", "c");
        for row in 0..200 {
            let sentence = Words::Sentence(4, 6).invent(&mut stream.at(row));
            assert!((4..=6).contains(&sentence.split(' ').count()), "{sentence}");
            assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'), "{sentence}");
        }
    }
}
