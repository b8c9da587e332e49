"""What is changed in a text, by offsets, so that everything else stays as it is."""

from .text import Uncertain

# An edit between the parts of a list comes after one at the end of a part.
PART, GAP = 0, 1


class Edits:
    """Replacements of a text. One that lies inside another is dropped: the outer one takes its text away."""

    def __init__(self, edits=()):
        self._all = list(edits)

    def __iter__(self):
        return iter(self._all)

    def __bool__(self):
        return bool(self._all)

    def replace(self, start, end, new, rank=PART):
        self._all.append((start, end, rank, len(self._all), new))

    def insert(self, at, new, rank=PART):
        self.replace(at, at, new, rank)

    def in_order(self):
        """Without those that lie inside others; two that overlap cannot both be made."""
        kept = []
        for one in sorted(self._all, key=lambda edit: (edit[0], edit[1] > edit[0], -edit[1], edit[2], edit[3])):
            if kept and one[0] < kept[-1][1]:
                if one[1] <= kept[-1][1]:
                    continue
                raise Uncertain("two changes of the same text do not fit together; make them by hand")
            kept.append(one)
        return sorted(kept, key=lambda edit: (edit[0], edit[1] > edit[0], edit[2], edit[3]))

    def applied(self, content, start=0, end=None):
        """The text between two offsets, changed. What stands between parts outside of it is not taken along."""
        end = len(content) if end is None else end
        parts, at = [], start
        for first, last, rank, _, new in self.in_order():
            if first < start or last > end or (rank == GAP and (first == end or last == start)):
                continue
            parts += [content[at:first], new]
            at = last
        return "".join([*parts, content[at:end]])

    def moved(self, offset):
        """Where an offset is in the changed text."""
        return offset + sum(len(new) - (last - first) for first, last, _, _, new in self.in_order() if last <= offset)
