//! Presets: a strategy for every relationship of an endpoint at once.

use crate::wire::{EndpointDoc, PresetInfo, ReadDoc, WireStrategy};
use fetchscope_engine::mapping::document::{MappingDocument, RelationshipDocument};
use indexmap::IndexMap;

/// A choice of strategies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Everything lazy.
    AllLazy,
    /// Everything joined.
    AllJoined,
    /// Everything selectin.
    AllSelectin,
    /// SQLAlchemy's advice: joined to one, selectin to many.
    Advice,
    /// Everything by hand.
    AllBulk,
    /// Everything as nested JSON.
    AllJson,
}

impl Preset {
    /// Every preset, in the order of the menu.
    pub const ALL: [Preset; 6] =
        [Preset::AllLazy, Preset::AllJoined, Preset::AllSelectin, Preset::Advice, Preset::AllBulk, Preset::AllJson];

    /// How the border names it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Preset::AllLazy => "all_lazy",
            Preset::AllJoined => "all_joined",
            Preset::AllSelectin => "all_selectin",
            Preset::Advice => "advice",
            Preset::AllBulk => "all_bulk",
            Preset::AllJson => "all_json_agg",
        }
    }

    /// What the menu shows.
    #[must_use]
    pub fn info(self) -> PresetInfo {
        let (title, explanation) = match self {
            Preset::AllLazy => ("All lazy", "Every relationship is loaded when it is read."),
            Preset::AllJoined => ("All joined", "One statement with a LEFT OUTER JOIN for every relationship."),
            Preset::AllSelectin => ("All selectin", "One more statement with an IN list for every relationship."),
            Preset::Advice => {
                ("SQLAlchemy's advice", "Joined for many-to-one and one-to-one, selectin for collections.")
            }
            Preset::AllBulk => {
                ("All bulk", "Not SQLAlchemy: one more statement by key for every relationship, by hand.")
            }
            Preset::AllJson => {
                ("All JSON", "Not SQLAlchemy: one statement in which the database nests everything as JSON.")
            }
        };
        PresetInfo { id: self.id().to_owned(), title: title.to_owned(), explanation: explanation.to_owned() }
    }

    /// The strategy of every path of an endpoint.
    #[must_use]
    pub fn strategies(self, mapping: &MappingDocument, endpoint: &EndpointDoc) -> IndexMap<String, WireStrategy> {
        let mut strategies = IndexMap::new();
        self.visit(mapping, &endpoint.root, &endpoint.relationships, "", &mut strategies);
        strategies
    }

    fn visit(
        self,
        mapping: &MappingDocument,
        entity: &str,
        nodes: &[ReadDoc],
        prefix: &str,
        strategies: &mut IndexMap<String, WireStrategy>,
    ) {
        let entity = mapping.entities.iter().find(|one| one.name == entity);
        for node in nodes {
            let path = if prefix.is_empty() { node.name.clone() } else { format!("{prefix}.{}", node.name) };
            let one = entity.and_then(|entity| entity.relationships.iter().find(|one| one.name == node.name));
            strategies.insert(path.clone(), self.strategy(one));
            if let Some(one) = one {
                self.visit(mapping, &one.target, &node.relationships, &path, strategies);
            }
        }
    }

    fn strategy(self, one: Option<&RelationshipDocument>) -> WireStrategy {
        match self {
            Preset::AllLazy => WireStrategy::Select,
            Preset::AllJoined => WireStrategy::Joined,
            Preset::AllSelectin => WireStrategy::Selectin,
            Preset::Advice if one.is_some_and(|one| one.kind.is_collection()) => WireStrategy::Selectin,
            Preset::Advice => WireStrategy::Joined,
            Preset::AllBulk => WireStrategy::Bulk,
            Preset::AllJson => WireStrategy::JsonAgg,
        }
    }
}
