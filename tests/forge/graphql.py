"""A small GraphQL executor: enough of the language for real queries of the forge, executed for real.

`execute(text, variables, root)` walks the query over plain objects: a dict is an object, its
"__typename" the type, a function among its values takes the field's arguments. Errors are as the
forge words them; what the forge would refuse before it runs is refused (unknown fields, fragments
and variables that nothing uses, connections without a size).
"""

import re

TOKEN = re.compile(
    r"""[\s,\ufeff]+|\#[^\n]*|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<number>-?\d+)"""
    r"""|(?P<name>[_A-Za-z]\w*)|(?P<spread>\.\.\.)|(?P<sign>[!$():=@\[\]{}|])""")
GIT_OBJECTS = {"Commit", "Tag", "Tree", "Blob"}
CONNECTIONS = {"repositories", "refs", "releases", "associatedPullRequests", "reviews"}


class Refused(Exception):
    """The whole query is refused: the errors that are answered instead of data."""

    def __init__(self, message, **more):
        super().__init__(message)
        self.errors = [{"message": message} | more]


class Failed(Exception):
    """One field fails: its error has this type."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Variable(str):
    """A name whose value the request gives."""


class Parser:
    def __init__(self, text):
        self.tokens, self.at = [], 0
        while self.at < len(text):
            match = TOKEN.match(text, self.at)
            if not match:
                raise Refused(f"Parse error on {text[self.at]!r}", extensions={"code": "parseError"})
            self.at = match.end()
            if match.lastgroup:
                self.tokens.append((match.lastgroup, match.group()))
        self.at = 0

    def peek(self):
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted=None):
        if self.at >= len(self.tokens) or wanted not in (None, self.peek()):
            raise Refused(f"Parse error: expected {wanted}, found {self.peek()!r}")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def accept(self, wanted):
        return self.peek() == wanted and bool(self.take())

    def document(self):
        operations, fragments = {}, {}
        while self.at < len(self.tokens):
            kind, name = self.take(), self.take()
            if kind == "fragment":
                self.take("on")
                fragments[name] = (self.take(), self.selections())
            else:
                operations[name] = (self.declarations(), self.selections())
        return operations, fragments

    def declarations(self):
        declared = {}
        if self.accept("("):
            while not self.accept(")"):
                self.take("$")
                name = self.take()
                self.take(":")
                declared[name] = self.type()
                if self.accept("="):
                    self.value()
        return declared

    def type(self):
        text = self.take()
        if text == "[":
            text += self.type() + self.take("]")
        return text + ("!" if self.accept("!") else "")

    def selections(self):
        self.take("{")
        found = []
        while not self.accept("}"):
            found.append(self.spread() if self.accept("...") else self.field())
        return found

    def spread(self):
        if self.accept("on"):
            return {"on": self.take(), "when": self.directives(), "select": self.selections()}
        return {"spread": self.take(), "when": self.directives()}

    def field(self):
        name = alias = self.take()
        if self.accept(":"):
            name = self.take()
        field = {"alias": alias, "field": name, "arguments": self.arguments(),
                 "when": self.directives(), "select": None}
        if self.peek() == "{":
            field["select"] = self.selections()
        return field

    def arguments(self):
        given = {}
        if self.accept("("):
            while not self.accept(")"):
                name = self.take()
                self.take(":")
                given[name] = self.value()
        return given

    def directives(self):
        found = []
        while self.accept("@"):
            found.append((self.take(), self.arguments()))
        return found

    def value(self):
        kind, text = self.tokens[self.at]
        self.at += 1
        if text == "$":
            return Variable(self.take())
        if text == "[":
            values = []
            while not self.accept("]"):
                values.append(self.value())
            return values
        if text == "{":
            fields = {}
            while not self.accept("}"):
                name = self.take()
                self.take(":")
                fields[name] = self.value()
            return fields
        if kind == "number":
            return int(text)
        return {"true": True, "false": False, "null": None}.get(text, text.strip('"'))


def fields_of(selections, fragments):
    """Every field that is selected anywhere below."""
    for item in selections:
        if "field" in item:
            yield item
        below = fragments[item["spread"]][1] if "spread" in item else item["select"]
        yield from fields_of(below or [], fragments)


class Execution:
    def __init__(self, text, operation, variables, lacks=()):
        operations, self.fragments = Parser(text).document()
        self.declared, self.selected = operations[operation or next(iter(operations))]
        self.variables = variables
        self.errors = []
        self.validate(text, lacks)

    def validate(self, text, lacks):
        for name, kind in self.declared.items():
            if kind.endswith("!") and self.variables.get(name) is None:
                raise Refused(f"Variable ${name} of type {kind} was provided invalid value")
            if len(re.findall(rf"\${name}\b", text)) < 2:
                raise Refused(f"Variable ${name} is declared by but not used")
        used = set(re.findall(r"\.\.\.\s*(\w+)", text)) - {"on"}
        for name in self.fragments.keys() - used:
            raise Refused(f"Fragment {name} was defined, but not used")
        for field in fields_of(self.selected, self.fragments):
            if field["field"] in lacks:
                raise Refused(f"Field '{field['field']}' doesn't exist",
                              extensions={"code": "undefinedField", "fieldName": field["field"]})

    def given(self, value):
        if isinstance(value, Variable):
            return self.variables.get(value)
        if isinstance(value, dict):
            return {key: self.given(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.given(item) for item in value]
        return value

    def wanted(self, item):
        """What @include and @skip leave."""
        return all(self.given(arguments["if"]) == (name == "include")
                   for name, arguments in item["when"])

    def fits(self, kind, item):
        return kind == item or (item == "GitObject" and kind in GIT_OBJECTS) or item == "Node"

    def collect(self, kind, selections):
        """The fields of an object of this type, fragments included."""
        for item in filter(self.wanted, selections):
            if "field" in item:
                yield item
            elif "spread" in item:
                on, below = self.fragments[item["spread"]]
                if self.fits(kind, on):
                    yield from self.collect(kind, below)
            elif self.fits(kind, item["on"]):
                yield from self.collect(kind, item["select"])

    def object(self, value, selections, path):
        answer = {}
        for item in self.collect(value["__typename"], selections):
            at = path + [item["alias"]]
            try:
                found = self.field(value, item)
                answer[item["alias"]] = self.complete(found, item["select"], at)
            except Failed as failure:
                self.errors.append({"type": failure.kind, "path": at, "message": str(failure)})
                answer[item["alias"]] = None
        return answer

    def field(self, value, item):
        name, arguments = item["field"], self.given(item["arguments"])
        if name not in value:
            raise Refused(f"Field '{name}' doesn't exist on type '{value['__typename']}'",
                          extensions={"code": "undefinedField", "fieldName": name,
                                      "typeName": value["__typename"]})
        if name in CONNECTIONS and not 1 <= (arguments.get("first") or arguments.get("last") or 0) <= 100:
            raise Refused(f"You must provide a `first` or `last` value to paginate `{name}`",
                          type="MISSING_PAGINATION_BOUNDARIES")
        found = value[name]
        return found(**arguments) if callable(found) else found

    def complete(self, value, selections, path):
        if isinstance(value, list):
            return [self.complete(item, selections, path + [i]) for i, item in enumerate(value)]
        if isinstance(value, dict):
            if not selections:
                raise Refused(f"Field must have selections: {'.'.join(map(str, path))}")
            return self.object(value, selections, path)
        return value

    def cost(self, selections, times=1):
        """(requests, nodes): one request for each connection below each node, every page taken as full."""
        connections = nodes = 0
        for item in filter(self.wanted, selections):
            below = self.fragments[item["spread"]][1] if "spread" in item else item["select"]
            each = times
            arguments = self.given(item.get("arguments", {}))
            if size := arguments.get("first") or arguments.get("last"):
                connections += times
                each *= size
                nodes += each
            elif item.get("field") == "nodes" and "ids" in arguments:
                each *= len(arguments["ids"])
                nodes += each
            more = self.cost(below or [], each)
            connections, nodes = connections + more[0], nodes + more[1]
        return connections, nodes


def page(kind, items, first=None, after=None, last=None, **_):
    """A connection of which one page is told; cursors are positions."""
    start = int(after.removeprefix("cursor:")) if after else 0
    end = len(items) if first is None else min(start + first, len(items))
    if last is not None:
        start = max(start, end - last)
    return {
        "__typename": kind + "Connection",
        "totalCount": len(items),
        "nodes": items[start:end],
        "pageInfo": {"__typename": "PageInfo", "hasNextPage": end < len(items),
                     "endCursor": f"cursor:{end}" if end > start else None},
    }
