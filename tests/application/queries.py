"""Queries of an endpoint, in the forms in which programs send them."""

from .options import rendered

# Forms whose result has to be made unique by hand when it joins a collection.
UNIQUE = {
    "scalars": "{w}s.scalars({q}){u}.all()",
    "execute_scalars": "{w}s.execute({q}){u}.scalars().all()",
    "scalars_unique_late": "{w}s.execute({q}).scalars(){u}.all()",
    "first": "[{w}s.scalars({q}){u}.first()]",
    "one": "[{w}s.execute({q}){u}.scalar_one()]",
    "one_or_none": "[{w}s.scalars({q}){u}.one_or_none()]",
    "fetchmany": "{w}s.scalars({q}){u}.fetchmany(3)",
    "exec": "{w}s.exec({q}){u}.all()",
    "tuples": "{w}s.execute({q}){u}.all()",
    "mappings": "[tuple(one.values()) for one in {w}s.execute({q}){u}.mappings().all()]",
    "list": "list({w}s.scalars({q}){u})",
    "partitions": "[one for part in {w}s.scalars({q}){u}.partitions(3) for one in part]",
}
PLAIN = {
    "get": "[{w}s.get({entity}, {key}{options})]",
    "get_one": "[{w}s.get_one({entity}, {key}{options})]",
    "query_all": "{query}.all()",
    "query_tuples": "{query}.all()",
    "query_yielded": "list({query}.yield_per(3))",
    "query_without": "{query}.enable_eagerloads(False).all()",
    "query_first": "[{query}.first()]",
    "query_one": "[{query}.one()]",
    "query_iterated": "[one for one in {query}]",
    "query_get": "[s.query({entity}){query_options}.get({key})]",
}


class Query:
    def __init__(self, targets, form="scalars", where=None, order=None, limit=None, roots=None, style="chains"):
        # A target is (entity, expression): `("User", "user1")` for an alias.
        self.targets, self.form, self.where, self.order, self.limit, self.style = targets, form, where, order, limit, style
        self.roots, self.raw, self.chain, self.before, self.key = roots, [], [], [], 1
        # Whether the options are a constant of the module; whether the statement is sent by a function of the program's.
        self.is_elsewhere = self.is_helped = False
        self.says_unique = False
        # How many queries without an entity are sent before it.
        self.ahead = 0
        self.keys, self.wrapper, self.columns = (1, 2, 3), "{}", []

    @property
    def can_be_unique(self):
        return self.form in UNIQUE or self.form in ("scalar", "stream", "streamed_rows", "iterated", "looped")

    def options(self, schema, roots):
        found = []
        for (entity, expression), root in zip(self.targets, roots):
            found += rendered(root, schema, entity, expression, self.style)
        return [*found, *self.raw]

    def lines(self, schema, roots, is_unique, is_async, variable, constants):
        """The lines that put what is found into a variable."""
        options = self.options(schema, roots)
        if self.is_elsewhere and options:
            name = f"{variable.upper()}_{len(constants)}"
            constants.append(f"{name} = [{', '.join(options)}]")
            options = [f"*{name}"]
        options = ", ".join(options)
        wait, unique = "await " if is_async else "", ".unique()" if is_unique or self.says_unique else ""
        lines = list(self.before)
        statement = self._statement(options)
        said = {"w": wait, "u": unique, "q": "statement", "entity": self.targets[0][0], "key": self.key,
                "options": f", options=[{options}]" if options else "", "query": self._query(options),
                "query_options": f".options({options})" if options else ""}
        if self.form in PLAIN:
            text = PLAIN[self.form].format(**said)
            return lines + [f"{variable} = {text}"]
        if self.form == "looped":
            lines += [f"{variable} = []", f"for key in {self.keys}:", f"    statement = {statement}"]
            return lines + [f"    {variable} += {_waited('s.scalars(statement)', wait)}{unique}.all()"]
        lines.append(f"statement = {self.wrapper.format(statement)}")
        if self.is_helped:
            return lines + [f"{variable} = {wait}all_of(s, statement{', True' if unique else ''})"]
        if self.form == "scalar":
            text = f"[({wait}s.execute(statement)).unique().scalar()]" if unique else f"[{wait}s.scalar(statement)]"
            return lines + [f"{variable} = {text}"]
        if self.form == "iterated":
            return lines + [f"{variable} = [one for one in {_waited('s.scalars(statement)', wait)}{unique}]"]
        if self.form == "streamed_rows":
            return lines + [f"{variable} = await (await s.stream(statement)){unique}.all()"]
        if self.form == "stream":
            return lines + [f"{variable} = [one async for one in (await s.stream(statement)).scalars(){unique}]"]
        text = UNIQUE[self.form].format(**said)
        if wait:
            start = text.index("await ")
            end = text.index("(statement)") + len("(statement)")
            text = f"{text[:start]}({text[start:end]}){text[end:]}"
        return lines + [f"{variable} = {text}"]

    def _statement(self, options):
        text = f"select({', '.join([*(expression for _, expression in self.targets), *self.columns])})"
        return self._built(text, options, "where")

    def _query(self, options):
        text = f"s.query({', '.join([*(expression for _, expression in self.targets), *self.columns])})"
        return self._built(text, options, "filter")

    def _built(self, text, options, where):
        for one in self.chain:
            text += f".{one}"
        if self.where:
            text += f".{where}({self.where})"
        if self.order:
            text += f".order_by({self.order})"
        if self.limit:
            text += f".limit({self.limit})"
        if options:
            text += f".options({options})"
        return text


def _waited(text, wait):
    return f"({wait}{text})" if wait else text
