#!/usr/bin/env python3
"""Turns the SQL of this folder into one C source and its header.

    embed.py SCHEMA_FOLDER HEADER SOURCE DEPFILE

A file's folder says what it is: migrations/NNNN_*.sql (in order), views/NAME.sql, rules/ID.sql, or
queries/*.sql, which hold blocks:

    -- name: X         one statement: SQL_X
    -- script: X       several statements: SQL_SCRIPT_X
    -- each: {fact}_X  a statement that is made for every "-- fact:" line (see queries/facts.sql),
                       which a "-- keep:" line may add to

queries/NAME.graphql, what the forge is asked, becomes the text graphql_NAME, without its comments.

A view with the line "-- snapshot: COLUMN" is made a table, indexed by that column, while reports
and rules read it; with "-- snapshot for rules" (an index is optional) only while rules do.
"""
import hashlib
import re
import sys
from pathlib import Path

HEAD = re.compile(r"^-- (name|script|each): *(\S+) *$")
SNAPSHOT = re.compile(r"^-- snapshot( for rules)?(?:: (\w+))?$", re.MULTILINE)
FACT = re.compile(r"^-- fact: *(\w+) *\|([^|]*)\|([^|]*)\|([^|]*)$")
KEEP = re.compile(r"^-- keep: *(\w+) *\|(.*)$")


def quote(text):
    """A C string literal, one line of SQL a line."""
    lines = text.strip().split("\n")
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"').replace("??", "?\\?") for line in lines)
    return "\n".join(f'        "{line}\\n"' for line in escaped)


def is_comment(line):
    return line.lstrip().startswith("--") or not line.strip()


def blocks(path):
    """(kind, name, text) of every block; comments before a head belong to nobody."""
    head, lines = None, []
    for line in path.read_text(encoding="utf-8").split("\n"):
        match = HEAD.match(line)
        if match:
            if head:
                yield (*head, "\n".join(lines))
            head, lines = match.groups(), []
        elif head and not is_comment(line):
            lines.append(line)
    if head:
        yield (*head, "\n".join(lines))


def facts(path):
    """(name, what replaces {word} in the templates) of every fact line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    kept = {match[1]: match[2].strip() for match in map(KEEP.match, lines) if match}
    for match in filter(None, map(FACT.match, lines)):
        name = match[1]
        subject, key, values = (match[i].split() for i in (2, 3, 4))
        columns = subject + key + values
        row = "(i.{}) IS (s.{})"
        yield name, {
            "fact": name,
            "marks": ", ".join(f"?{i + 1}" for i in range(len(columns))),
            "columns": ", ".join(columns),
            "keys": ", ".join(subject + key),
            "is_subject": " AND ".join(f"s.{c} = ?{i + 2}" for i, c in enumerate(subject)) or "1",
            "same_key": " AND ".join(f"i.{c} = s.{c}" for c in subject + key),
            "is_gone": " OR ".join(f"s.{c} NOT IN (SELECT id FROM temp.kept_{c[:-3]})"
                                   for c in columns if c in ("repository_id", "package_id")),
            "is_kept": kept.pop(name, "0"),
            "same_values": row.format(", i.".join(values), ", s.".join(values)) if values else "1",
        }
    if kept:
        sys.exit(f"{path}: there is no fact {', '.join(kept)} to keep")


def fill(template, words):
    return re.sub(r"\{(\w+)\}", lambda match: words[match[1]], template)


def read_queries(paths):
    """Statements and scripts by name, in order, and the names of the facts."""
    statements, scripts, names = {}, {}, []
    for path in paths:
        kinds = list(facts(path))
        names += [name for name, _ in kinds]
        for kind, name, text in blocks(path):
            for words in [words for _, words in kinds] if "{" in name else [{}]:
                into = scripts if kind == "script" else statements
                full = fill(name, words)
                if full in into:
                    sys.exit(f"{path}: {full} is defined twice")
                into[full] = fill(text, words) if words else text
    return statements, scripts, names


def digest(texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def header(statements, scripts, names, asked):
    lines = ["/* Made by schema/embed.py: do not edit. */", "#ifndef SCHEMA_SQL_H",
             "#define SCHEMA_SQL_H", "", "#include <stddef.h>", "", "enum sql {"]
    lines += [f"    SQL_{name.upper()}," for name in statements]
    lines += ["    SQL_COUNT", "};", "", "enum sql_script {"]
    lines += [f"    SQL_SCRIPT_{name.upper()}," for name in scripts]
    lines += ["    SQL_SCRIPT_COUNT", "};", "", "enum sql_fact {"]
    lines += [f"    SQL_FACT_{name.upper()}," for name in names]
    lines += ["    SQL_FACT_COUNT", "};", "",
              "struct sql_text {", "    const char *name;", "    const char *text;", "};",
              "struct sql_view {", "    const char *name;", "    const char *drop;",
              "    const char *create;", "    const char *create_temp;",
              "    const char *create_table; /* NULL: no snapshot of it */",
              "    int snapshot; /* 1: for reports and rules, 2: for rules */",
              "    const char *drop_temp, *drop_table;", "};",
              "/* The statements that bring one kind of fact in line. */",
              "struct sql_fact_set {", "    enum sql clear, add, close, open, prune, runs;",
              "    enum sql_script incoming;", "};", "",
              "extern const struct sql_text sql_statements[SQL_COUNT];",
              "extern const char *const sql_scripts[SQL_SCRIPT_COUNT];",
              "extern const struct sql_fact_set sql_facts[SQL_FACT_COUNT];",
              "extern const struct sql_text sql_migrations[];",
              "extern const size_t sql_migration_count;",
              "extern const struct sql_view sql_views[];",
              "extern const size_t sql_view_count;",
              "extern const char sql_views_digest[];",
              "extern const struct sql_text sql_rules[];",
              "extern const size_t sql_rule_count;",
              *(f"extern const char graphql_{name}[];" for name in asked), "", "#endif", ""]
    return "\n".join(lines)


def table(kind, name, count, entries):
    """A C array of texts and its length; never empty, as C has no such array."""
    rows = [f'    {{"{entry}",\n{quote(text)}}},' for entry, text in entries] or ['    {"", ""},']
    return [f"const {kind} {name}[] = {{", *rows, "};",
            f"const size_t {count} = {len(entries)};", ""]


def view(path):
    text = path.read_text(encoding="utf-8")
    name = path.stem
    if f"CREATE VIEW {name} AS" not in text:
        sys.exit(f"{path}: does not say CREATE VIEW {name} AS")
    snapshot = SNAPSHOT.search(text)
    table = None
    if snapshot:
        table = text.replace("CREATE VIEW", "CREATE TEMP TABLE", 1)
        if snapshot[2]:
            table += f"CREATE INDEX temp.{name}_index ON {name} ({snapshot[2]});\n"
    return "\n".join([
        f'    {{"{name}",',
        quote(f"DROP VIEW IF EXISTS main.{name};") + ",",
        quote(text) + ",",
        quote(text.replace("CREATE VIEW", "CREATE TEMP VIEW", 1)) + ",",
        (quote(table) if table else "        NULL") + ",",
        f"        {(2 if snapshot[1] else 1) if snapshot else 0},",
        quote(f"DROP VIEW IF EXISTS temp.{name};") + ",",
        quote(f"DROP TABLE IF EXISTS temp.{name};") + "},",
    ])


def source(statements, scripts, names, files, asked):
    lines = ["/* Made by schema/embed.py: do not edit. */", '#include "schema_sql.h"', "",
             "const struct sql_text sql_statements[SQL_COUNT] = {"]
    lines += [f'    {{"{name}",\n{quote(text)}}},' for name, text in statements.items()]
    lines += ["};", "", "const char *const sql_scripts[SQL_SCRIPT_COUNT] = {"]
    lines += [quote(text) + "," for text in scripts.values()]
    lines += ["};", "", "const struct sql_fact_set sql_facts[SQL_FACT_COUNT] = {"]
    for name in names:
        upper = name.upper()
        verbs = ", ".join(f"SQL_{upper}_{verb}"
                          for verb in ("CLEAR", "ADD", "CLOSE", "OPEN", "PRUNE", "RUNS"))
        lines.append(f"    {{{verbs}, SQL_SCRIPT_{upper}_INCOMING}},")
    lines += ["};", ""]
    texts = {kind: [(path.stem, path.read_text(encoding="utf-8")) for path in paths]
             for kind, paths in files.items()}
    lines += table("struct sql_text", "sql_migrations", "sql_migration_count", texts["migrations"])
    lines += ["const struct sql_view sql_views[] = {", *map(view, files["views"]), "};",
              f"const size_t sql_view_count = {len(files['views'])};",
              f'const char sql_views_digest[] = "{digest(text for _, text in texts["views"])}";', ""]
    lines += table("struct sql_text", "sql_rules", "sql_rule_count", texts["rules"])
    for name, text in asked.items():
        lines += [f"const char graphql_{name}[] =", quote(text) + ";", ""]
    return "\n".join(lines)


def read_graphql(paths):
    """Texts by name, without comments."""
    return {path.stem: "\n".join(line for line in path.read_text(encoding="utf-8").split("\n")
                                 if line.strip() and not line.startswith("#"))
            for path in paths}


def main(folder, header_path, source_path, dep_path):
    kinds = ("migrations", "views", "rules", "queries")
    files = {kind: sorted(Path(folder, kind).glob("*.sql")) for kind in kinds}
    for number, path in enumerate(files["migrations"], 1):
        if not path.name.startswith(f"{number:04}_"):
            sys.exit(f"{path}: expected migration number {number:04}")
    queries = read_queries(files["queries"])
    asked = sorted(Path(folder, "queries").glob("*.graphql"))
    texts = read_graphql(asked)
    Path(header_path).write_text(header(*queries, texts), encoding="utf-8")
    Path(source_path).write_text(source(*queries, files, texts), encoding="utf-8")
    # The folders too: their time changes when a file comes or goes.
    used = [Path(folder, kind) for kind in kinds] + [path for paths in files.values() for path in paths] + asked
    Path(dep_path).write_text(f"{source_path}: {' '.join(map(str, used))}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
