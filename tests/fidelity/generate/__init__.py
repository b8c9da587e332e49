"""Random cases: a mapping, the rows of its tables, and a plan. The same seed and groups give the same case."""

from .case import case
from .groups import GROUPS

__all__ = ["GROUPS", "case"]
