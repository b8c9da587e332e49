"""A list between brackets, or after `import`: arguments, elements, names, with commas between them."""

import ast

from .edits import GAP
from .text import WIDTH


class Pieces:
    """`added` texts come at the end; `removed` are indices. `is_broken` puts every part onto a line of its own."""

    def __init__(self, text, start, end, is_tuple=False):
        self.text, self.start, self.end, self.is_tuple = text, start, end, is_tuple
        self.added, self.removed, self.is_broken = [], set(), False
        self.parts, self.commas = [], []
        depth, first, last = 0, None, None
        for token in text.between(start, end):
            if token.string in ("(", "[", "{") and token.start in text.match:
                depth += 1
            elif token.string in (")", "]", "}") and token.start in text.match:
                depth -= 1
            if token.string == "," and not depth:
                self.parts.append((first, last))
                self.commas.append(token.start)
                first = None
                continue
            first, last = (token.start if first is None else first), token.end
        if first is not None:
            self.parts.append((first, last))

    @classmethod
    def of_call(cls, text, call):
        return cls(text, text.opening(call) + 1, text.end(call) - 1)

    @classmethod
    def of_literal(cls, text, node):
        """Of a list or a tuple; a tuple may do without brackets."""
        start, end = text.start(node), text.end(node)
        if text.content[start] in "([" and text.match.get(start) == end - 1:
            return cls(text, start + 1, end - 1, text.content[start] == "(")
        return cls(text, start, end, True)

    def kept(self):
        return [index for index in range(len(self.parts)) if index not in self.removed]

    @property
    def is_changed(self):
        return bool(self.added or self.removed)

    @property
    def is_empty(self):
        return not self.kept() and not self.added

    @property
    def is_on_one_line(self):
        return "\n" not in self._between_parts()

    def _between_parts(self):
        at, found = self.start, []
        for first, last in self.parts:
            found.append(self.text.content[at:first])
            at = last
        return "".join([*found, self.text.content[at:self.end]])

    def write(self, edits, indent=None):
        """Tells `edits` what changes. `indent` is that of the line that the list begins on, where it is to be broken."""
        if not self.is_changed and not self.is_broken:
            return
        if self.is_on_one_line:
            self._write_line(edits, indent)
        else:
            self._write_lines(edits)

    def _write_line(self, edits, indent):
        kept, newline = self.kept(), self.text.newline
        if self.is_broken:
            inner = newline + indent + self.text.unit
            before, between, after = inner, "," + inner, "," + newline + indent
            added = [folded(one, indent + self.text.unit, self.text) for one in self.added]
        else:
            before, between, after, added = "", ", ", "", self.added
            if self.is_tuple and len(kept) + len(self.added) == 1:
                after = ","
        if not kept:
            edits.replace(self.start, self.end, before + between.join(added) + (after if added else ""), GAP)
            return
        if self.is_broken or kept[0] != 0:
            edits.replace(self.start, self.parts[kept[0]][0], before, GAP)
        for one, other in zip(kept, kept[1:]):
            if self.is_broken or other != one + 1:
                edits.replace(self.parts[one][1], self.parts[other][0], between, GAP)
        tail = "".join(between + one for one in added) + after
        if self.added or self.is_broken or kept[-1] != len(self.parts) - 1:
            edits.replace(self.parts[kept[-1]][1], self.end, tail, GAP)

    def _write_lines(self, edits):
        text, kept = self.text, self.kept()
        if not kept and self.added:
            first, last = self.parts[0][0], self.parts[-1][1]
            edits.replace(first, last, ("," + text.newline + text.indent(first)).join(self.added), GAP)
            return
        for index in sorted(self.removed):
            self._remove(edits, index)
        if not self.added:
            return
        index = kept[-1]
        start, end = self.parts[index]
        comma = self.commas[index] if index < len(self.commas) else None
        width = end - text.line_start(end) + sum(len(one) + 2 for one in self.added)
        if not text.begins_line(start) and width <= WIDTH:
            edits.insert(end, "".join(", " + one for one in self.added), GAP)
            return
        line = text.newline + text.indent(start)
        if comma is not None and not self._is_followed(index):
            at = comma + 1
            edits.insert(text.line_end(at) if text.is_last_of_line(at) else at, "".join(f"{line}{one}," for one in self.added), GAP)
        elif comma is not None:
            # What follows is removed, with its comma or without.
            edits.insert(comma + 1, "".join(f"{line}{one}," for one in self.added), GAP)
        elif text.is_last_of_line(end):
            edits.insert(end, ",", GAP)
            edits.insert(text.line_end(end), ",".join(line + one for one in self.added), GAP)
        else:
            edits.insert(end, "".join("," + line + one for one in self.added), GAP)

    def _is_followed(self, index):
        return index + 1 < len(self.parts)

    def _remove(self, edits, index):
        text, (start, end) = self.text, self.parts[index]
        comma = self.commas[index] if index < len(self.commas) else None
        after = end if comma is None else comma + 1
        if text.begins_line(start) and text.is_last_of_line(after):
            if comma is not None or index == 0:
                edits.replace(text.line_start(start), min(text.line_end(after) + len(text.newline), len(text.content)), "", GAP)
            else:
                edits.replace(text.line_start(start) - len(text.newline), text.line_end(after), "", GAP)
        elif self._is_followed(index):
            edits.replace(start, self.parts[index + 1][0], "", GAP)
        elif index:
            edits.replace(self.parts[index - 1][1], end, "", GAP)
        else:
            edits.replace(start, end, "", GAP)


def folded(written, indent, text):
    """An expression that ends with `.options(…)` and is too long for a line, with a line for each of them."""
    if len(indent) + len(written) < WIDTH:
        return written
    call = ast.parse(written, mode="eval").body
    if not isinstance(call, ast.Call) or getattr(call.func, "attr", None) != "options":
        return written
    inner = indent + text.unit
    parts = [folded(ast.get_source_segment(written, one), inner, text) + "," for one in call.args]
    first = len(written.encode()[:call.args[0].col_offset].decode())
    return written[:first] + "".join(text.newline + inner + one for one in parts) + text.newline + indent + ")"
