"""What a case may use: each feature is a group with a weight, and groups can be chosen or left out by name."""

import random

# The probability with which a feature is used where it could be.
FEATURES = {
    # Schemas
    "odd_names": 0.33,
    "wild_names": 0.06,
    "composite_keys": 0.3,
    "string_keys": 0.15,
    "unique_targets": 0.15,
    "self_reference": 0.2,
    "identifying": 0.15,
    "one_to_one": 0.25,
    "many_to_many": 0.5,
    "logical": 0.1,
    "one_sided": 0.25,
    "relation_order": 0.3,
    "types": 0.5,
    # Rows
    "null_keys": 0.6,
    "dangling": 0.15,
    "duplicate_links": 0.05,
    "several_for_one": 0.1,
    # Roots
    "pk": 0.15,
    "where": 0.3,
    "equals": 0.1,
    "join": 0.15,
    "has": 0.12,
    "unordered": 0.15,
    "limit": 0.45,
    "limit_unordered": 0.03,
    "offset": 0.2,
    "distinct": 0.1,
    "typed_filters": 0.1,
    # Modes and sessions
    "mode_one": 0.04,
    "mode_first": 0.06,
    "mode_get": 0.08,
    "execute_only": 0.02,
    "stream_drop": 0.05,
    "yield_per": 0.08,
    "async": 0.12,
    "run_sync": 0.5,
    "stream": 0.3,
    "commit": 0.06,
    "expire_off": 0.3,
    "close": 0.06,
    "before": 0.1,
    "drop_before": 0.4,
    "unique_off": 0.05,
    # Relationships of a plan
    "unread": 0.1,
    "chunksize": 0.15,
    "recursion_depth": 0.3,
    "columns": 0.08,
    "wildcard": 0.05,
    "deep": 0.15,
}

# How often each strategy is chosen, relative to the others.
STRATEGIES = {
    "default": 4,
    "select": 8,
    "joined": 16,
    "joined_inner": 8,
    "joined_inner_unnested": 3,
    "selectin": 18,
    "subquery": 12,
    "immediate": 8,
    "raise": 1.5,
    "raise_on_sql": 1.5,
    "noload": 1,
    "contains_eager": 30,
}

GROUPS = [*FEATURES, *STRATEGIES]


class Dice:
    """Random numbers of one case, and which groups it may use."""

    def __init__(self, seed, only=(), without=()):
        unknown = {*only, *without} - set(GROUPS)
        if unknown:
            raise ValueError(f"there is no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
        self.random = random.Random(seed)
        self._left_out = set(without) | (set(GROUPS) - set(only) if only else set())

    def uses(self, group):
        # The number is drawn in any case, so that leaving out a group changes as little as possible.
        drawn = self.random.random()
        return drawn < FEATURES[group] and group not in self._left_out

    def chance(self, probability):
        return self.random.random() < probability

    def strategy(self, joined):
        """A strategy; `contains_eager` only where the statement joins the relationship already."""
        weights = {
            name: weight
            for name, weight in STRATEGIES.items()
            if name not in self._left_out and (joined or name != "contains_eager")
        }
        return self.random.choices(list(weights), list(weights.values()))[0] if weights else "default"
