//! The strategies the window offers, in SQLAlchemy's words, and the two that SQLAlchemy does not have.

use crate::wire::{StrategyInfo, WireStrategy};
use fetchscope_engine::plan::document::Strategy;

/// Every strategy, in the order of the menu.
#[must_use]
pub fn offered() -> Vec<StrategyInfo> {
    use WireStrategy::{
        Bulk, Immediate, Joined, JoinedInner, JsonAgg, Noload, Raise, RaiseOnSql, Select, Selectin, Subquery,
    };
    [
        (Select, "lazyload()", "A statement when the attribute is read.", true),
        (Joined, "joinedload()", "LEFT OUTER JOIN in the parent's statement.", true),
        (
            JoinedInner,
            "joinedload(innerjoin=True)",
            "JOIN in the parent's statement; drops parents without a target.",
            true,
        ),
        (Selectin, "selectinload()", "One more statement with an IN list of keys, 500 at a time.", true),
        (Subquery, "subqueryload()", "One more statement that restates the first as a derived table.", true),
        (Immediate, "immediateload()", "The lazy statements, sent right after the load.", true),
        (Bulk, "not SQLAlchemy: queries by hand", "One more statement by key, put together by the application.", true),
        (
            JsonAgg,
            "not SQLAlchemy: nested JSON",
            "The database nests the related rows as JSON in the parent's row.",
            true,
        ),
        (Raise, "raiseload()", "Reading the attribute is an error.", false),
        (RaiseOnSql, "raiseload(sql_only=True)", "Reading is an error unless the identity map answers.", false),
        (Noload, "noload()", "The attribute stays empty: a wrong answer, deprecated in SQLAlchemy 2.1.", false),
    ]
    .map(|(strategy, option, explanation, usual)| StrategyInfo {
        strategy,
        option: option.to_owned(),
        explanation: explanation.to_owned(),
        usual,
        sqlalchemy: Strategy::from(strategy).is_sqlalchemy(),
    })
    .into()
}

impl From<WireStrategy> for Strategy {
    fn from(strategy: WireStrategy) -> Strategy {
        match strategy {
            WireStrategy::Select => Strategy::Select,
            WireStrategy::Joined => Strategy::Joined,
            WireStrategy::JoinedInner => Strategy::JoinedInner,
            WireStrategy::Selectin => Strategy::Selectin,
            WireStrategy::Subquery => Strategy::Subquery,
            WireStrategy::Immediate => Strategy::Immediate,
            WireStrategy::Raise => Strategy::Raise,
            WireStrategy::RaiseOnSql => Strategy::RaiseOnSql,
            WireStrategy::Noload => Strategy::Noload,
            WireStrategy::Bulk => Strategy::Bulk,
            WireStrategy::JsonAgg => Strategy::JsonAgg,
            WireStrategy::Default => Strategy::Default,
            WireStrategy::JoinedInnerUnnested => Strategy::JoinedInnerUnnested,
            WireStrategy::ContainsEager => Strategy::ContainsEager,
        }
    }
}

impl From<Strategy> for WireStrategy {
    fn from(strategy: Strategy) -> WireStrategy {
        match strategy {
            Strategy::Default => WireStrategy::Default,
            Strategy::Select => WireStrategy::Select,
            Strategy::Joined => WireStrategy::Joined,
            Strategy::JoinedInner => WireStrategy::JoinedInner,
            Strategy::JoinedInnerUnnested => WireStrategy::JoinedInnerUnnested,
            Strategy::Selectin => WireStrategy::Selectin,
            Strategy::Subquery => WireStrategy::Subquery,
            Strategy::Immediate => WireStrategy::Immediate,
            Strategy::Raise => WireStrategy::Raise,
            Strategy::RaiseOnSql => WireStrategy::RaiseOnSql,
            Strategy::Noload => WireStrategy::Noload,
            Strategy::ContainsEager => WireStrategy::ContainsEager,
            Strategy::Bulk => WireStrategy::Bulk,
            Strategy::JsonAgg => WireStrategy::JsonAgg,
        }
    }
}
