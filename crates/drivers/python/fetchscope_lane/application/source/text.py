"""A file of Python source: its tree, its tokens, and the offsets of both in characters."""

import ast
import io
import keyword
import re
import tokenize

WIDTH = 100


class Uncertain(Exception):
    """The source cannot be edited with certainty; the message says why, and what to do."""


class Token:
    __slots__ = ("kind", "string", "start", "end")

    def __init__(self, kind, string, start, end):
        self.kind, self.string, self.start, self.end = kind, string, start, end


class Text:
    """`content` is what the file says, with its own line ends; `mark` is the byte order mark, if it begins with one."""

    def __init__(self, file):
        with open(file, "rb") as source:
            raw = source.read()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        content = raw.decode(encoding)
        self.mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
        self.content = content
        self.newline = "\r\n" if "\r\n" in content else "\n"
        # The tree counts UTF-8 bytes of lines that end as Python's lines do.
        self.lines = [found.end() for found in re.finditer(r"\r\n|\r|\n", content)]
        self.lines.insert(0, 0)
        self.tree = ast.parse(content)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self._read_tokens()

    def _read_tokens(self):
        self.tokens, self.unit, self.match, self._at = [], "    ", {}, {}
        opened, indented = [], False
        skipped = (tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.COMMENT)
        for one in tokenize.generate_tokens(io.StringIO(self.content, newline="").readline):
            if one.type == tokenize.INDENT:
                if not indented:
                    self.unit, indented = one.string, True
                continue
            if one.type in skipped:
                continue
            token = Token(one.type, one.string, self._position(one.start), self._position(one.end))
            self._at[token.start] = len(self.tokens)
            self.tokens.append(token)
            if one.type == tokenize.OP and one.string in "([{":
                opened.append(token.start)
            elif one.type == tokenize.OP and one.string in ")]}":
                self.match[token.start] = opened.pop()
                self.match[self.match[token.start]] = token.start

    def _position(self, place):
        row, column = place
        return self.lines[row - 1] + column

    # Offsets.

    def start(self, node):
        return self._offset(node.lineno, node.col_offset)

    def end(self, node):
        return self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line, column):
        begin = self.lines[line - 1]
        content = self.content[begin:begin + column]
        if content.isascii():
            return begin + column
        return begin + len(content.encode()[:column].decode())

    def of(self, node):
        return self.content[self.start(node):self.end(node)]

    def plain(self, node):
        """The text of an expression on one line."""
        return ast.unparse(node) if "\n" in self.of(node) or "\r" in self.of(node) else self.of(node)

    # Lines.

    def line_start(self, offset):
        return max(self.content.rfind("\n", 0, offset), self.content.rfind("\r", 0, offset)) + 1

    def line_end(self, offset):
        """Before the line end."""
        found = re.compile(r"\r|\n").search(self.content, offset)
        return found.start() if found else len(self.content)

    def indent(self, offset):
        """The white space that the line of an offset begins with."""
        return re.compile(r"[ \t\f]*").match(self.content, self.line_start(offset)).group()

    def begins_line(self, offset):
        return not self.content[self.line_start(offset):offset].strip()

    def is_last_of_line(self, offset):
        """Whether nothing but a comment follows on the line."""
        rest = self.content[offset:self.line_end(offset)].strip()
        return not rest or rest.startswith("#")

    # Tokens.

    def before(self, offset):
        """The token that ends at or before an offset."""
        return next((one for one in reversed(self.tokens) if one.end <= offset), None)

    def after(self, offset):
        return next((one for one in self.tokens if one.start >= offset), None)

    def between(self, start, end):
        return [one for one in self.tokens if start <= one.start and one.end <= end]

    def opening(self, call):
        """The offset of the bracket that the arguments of a call begin with."""
        return self.match[self.end(call) - 1]

    def wrapped(self, node):
        """The offsets of the parentheses right around an expression, which are no call's; `None` where there are none."""
        before, after = self.before(self.start(node)), self.after(self.end(node))
        if before is None or after is None or before.string != "(" or self.match.get(before.start) != after.start:
            return None
        outer = self.before(before.start)
        is_call = outer is not None and (
            outer.string in (")", "]") or (outer.kind == tokenize.NAME and not keyword.iskeyword(outer.string))
        )
        return None if is_call else (before.start, after.end)

    # The tree.

    def ancestors(self, node):
        while node in self.parents:
            node = self.parents[node]
            yield node

    def functions(self, node):
        """The functions around a node, the innermost first."""
        return [one for one in self.ancestors(node) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))]

    def statement(self, node):
        """The statement that a node is part of."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node
