//! What can be chosen: for each relationship, or query, the ways to load it.

use fetchscope_engine::plan::document::Strategy;
use fetchscope_experiment::spec::Variant;
use indexmap::IndexMap;

/// A way to load one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As the program is written, which comes to this strategy; nothing is changed.
    Written(Strategy),
    /// With an option.
    Strategy(Strategy),
    /// A query whose columns of subclasses load when they are read.
    Plain,
    /// A query whose columns of subclasses come in a statement for each.
    Polymorphic,
}

/// A relationship path, or a query of an application, with the ways to load it, the most promising first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// As a variant names it.
    pub(super) key: String,
    /// As it is shown.
    pub(super) shown: String,
    /// Whether it is a collection.
    pub(super) is_collection: bool,
    /// The ways; never empty.
    pub(super) ways: Vec<Way>,
}

/// A way for each choice, by its index.
pub(super) type Combination = Vec<usize>;

/// Everything that can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Space {
    /// Each with at least one way.
    pub(super) choices: Vec<Choice>,
}

impl Space {
    /// How many combinations there are; as many as fit where there are more.
    #[must_use]
    pub(super) fn size(&self) -> usize {
        self.choices.iter().map(|choice| choice.ways.len()).fold(1, usize::saturating_mul)
    }

    /// Every combination, the most promising ways first; at most `most` of them.
    #[must_use]
    pub(super) fn all(&self, most: usize) -> Vec<Combination> {
        let mut all: Vec<Combination> = vec![Vec::new()];
        for choice in &self.choices {
            let longer = |one: &Combination| {
                let one = one.clone();
                (0..choice.ways.len()).map(move |way| one.iter().copied().chain([way]).collect::<Combination>())
            };
            all = all.iter().flat_map(longer).take(most).collect();
        }
        all
    }

    /// The combinations that differ from one in a single choice.
    #[must_use]
    pub(super) fn neighbours(&self, of: &Combination) -> Vec<Combination> {
        let mut found = Vec::new();
        for (place, choice) in self.choices.iter().enumerate() {
            for way in (0..choice.ways.len()).filter(|way| *way != of[place]) {
                let mut other = of.clone();
                other[place] = way;
                found.push(other);
            }
        }
        found
    }

    /// The combination that takes for each choice the first way that `wanted` likes, or its first one.
    #[must_use]
    pub(super) fn taking(&self, wanted: impl Fn(&Choice, Way) -> bool) -> Combination {
        let way = |choice: &Choice| choice.ways.iter().position(|way| wanted(choice, *way)).unwrap_or(0);
        self.choices.iter().map(way).collect()
    }

    /// The variant that loads so.
    #[must_use]
    pub(super) fn variant(&self, combination: &Combination) -> Variant {
        let mut variant = Variant::default();
        for (choice, way) in self.choices.iter().zip(combination) {
            match choice.ways[*way] {
                Way::Written(_) | Way::Plain => {}
                Way::Strategy(strategy) => _ = variant.strategies.insert(choice.key.clone(), strategy),
                Way::Polymorphic => variant.polymorphic.push(choice.key.clone()),
            }
        }
        variant
    }

    /// `all joined` if all are alike, `joined; roles, tasks selectin` if most are, and otherwise each path.
    #[must_use]
    pub(super) fn name(&self, combination: &Combination) -> String {
        let mut groups: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for (choice, way) in self.choices.iter().zip(combination) {
            groups.entry(named(choice.ways[*way])).or_default().push(&choice.shown);
        }
        groups.sort_by(|_, one, _, other| other.len().cmp(&one.len()));
        let mut said = Vec::new();
        for (index, (way, paths)) in groups.iter().enumerate() {
            said.push(match (index, groups.len()) {
                (_, 1) => format!("all {way}"),
                (0, _) if paths.len() > 1 => (*way).to_owned(),
                _ => format!("{} {way}", paths.join(", ")),
            });
        }
        said.join("; ")
    }
}

fn named(way: Way) -> &'static str {
    match way {
        Way::Written(Strategy::Select) | Way::Strategy(Strategy::Select) => "lazy",
        Way::Written(strategy) | Way::Strategy(strategy) => strategy.name(),
        Way::Plain => "columns lazy",
        Way::Polymorphic => "selectin_polymorphic",
    }
}

/// The strategy that a way comes to.
#[must_use]
pub(super) fn strategy(way: Way) -> Option<Strategy> {
    match way {
        Way::Written(strategy) | Way::Strategy(strategy) => Some(strategy),
        Way::Plain | Way::Polymorphic => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(key: &str, ways: &[Strategy]) -> Choice {
        let ways = ways.iter().map(|one| Way::Strategy(*one)).collect();
        Choice { key: key.to_owned(), shown: key.to_owned(), is_collection: false, ways }
    }

    #[test]
    fn a_name_says_what_differs() {
        let ways = [Strategy::Select, Strategy::Joined, Strategy::Selectin];
        let space = Space { choices: vec![choice("a", &ways), choice("b", &ways), choice("c", &ways)] };
        assert_eq!(space.name(&vec![0, 0, 0]), "all lazy");
        assert_eq!(space.name(&vec![1, 2, 1]), "joined; b selectin");
        assert_eq!(space.name(&vec![0, 1, 2]), "a lazy; b joined; c selectin");
    }

    #[test]
    fn combinations_are_all_there_are_and_never_too_many() {
        let ways = [Strategy::Select, Strategy::Joined, Strategy::Selectin, Strategy::Subquery];
        let space = Space { choices: vec![choice("a", &ways), choice("b", &ways[..3])] };
        assert_eq!((space.size(), space.all(100).len()), (12, 12));
        assert_eq!(space.neighbours(&vec![0, 0]), [vec![1, 0], vec![2, 0], vec![3, 0], vec![0, 1], vec![0, 2]]);
        let many = Space { choices: (0..40).map(|index| choice(&format!("p{index}"), &ways)).collect() };
        assert_eq!((many.size(), many.all(1_000).len()), (usize::MAX, 1_000));
    }

    #[test]
    fn what_is_as_written_is_not_changed() {
        let mut space = Space { choices: vec![choice("a", &[Strategy::Joined])] };
        space.choices[0].ways.push(Way::Written(Strategy::Selectin));
        assert!(space.variant(&vec![1]).strategies.is_empty());
        assert_eq!(space.variant(&vec![0]).strategies["a"], Strategy::Joined);
        assert_eq!(space.name(&vec![1]), "all selectin");
    }
}
