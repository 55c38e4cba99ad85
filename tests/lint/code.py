"""What the linter asks of the code itself; one function a check, each yields complaints.

    python3 code.py ROOT CHECK < list of files, one a line, relative to ROOT

Prints the complaints; the exit status says whether there were any. run.sh calls it.
"""
import collections
import json
import os
import re
import subprocess
import sys

FOLDERS = ["base", "net", "fetch", "facts", "store", "report", "remedy", "scan", "cli"]
SEE_ALL = ["scan", "cli"]
# who sees more than its left neighbour: a remedy is made of facts, of what is stored and of mirrors
SEE_MORE = {"remedy": ["fetch", "facts", "store"]}
# a library's headers, and who alone may include them (from the start of the path)
OWNERS = [
    (re.compile(r"(uv|curl/.*)\.h"), ["scanner/net/", "include/net/"]),
    (re.compile(r"git2(/.*)?\.h"), ["scanner/fetch/mirror", "include/fetch/mirror", "scanner/fetch/worktree"]),
    (re.compile(r"sqlite3.*\.h"), ["scanner/store/", "include/store/"]),
    (re.compile(r"libxml/.*\.h"), ["scanner/facts/simple", "scanner/facts/fileurl"]),
    (re.compile(r"archive(_entry)?\.h"), ["scanner/fetch/archive", "include/fetch/archive"]),
]
BANNED = ("strcpy strcat sprintf vsprintf gets strtok gmtime localtime ctime atoi atol system popen "
          "alloca signal").split()
FUNCTION_LINES = 80
COMPLEXITY = 20
FILE_LINES = 600
TOP_LEVEL = {"scanner", "include", "config", "tests", "schema", "Dockerfile", "meson.build",
             "README.md", "LICENSE", "CHANGELOG.md"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def of_kind(files, *endings):
    return [f for f in files if f.endswith(endings)]


def c_files(files):
    return of_kind(files, ".c", ".h", ".cpp")


def folder_of(path):
    """The folder of design section 3 that a file belongs to, None when it is in none."""
    parts = path.split("/")
    return parts[1] if parts[0] in ("scanner", "include") and len(parts) > 2 else None


def includes(path):
    """(line, '<' or '"', name) of every include."""
    text = read(path)
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def may_include(folder, other):
    if folder in SEE_ALL or other in ("base", folder, *SEE_MORE.get(folder, ())):
        return True
    at = FOLDERS.index(folder)
    return at > 0 and other == FOLDERS[at - 1]


def layers(files):
    """Folders include base/, themselves and their left neighbour; libraries have one user."""
    for path in c_files(files):
        folder = folder_of(path)
        if folder is not None and folder not in FOLDERS:
            yield f"{path}: {folder} is no folder of the design"
            continue
        for line, kind, name in includes(path) if path.startswith(("scanner/", "include/")) else ():
            other = name.split("/")[0]
            if kind == '"' and "/" in name and folder and other in FOLDERS \
                    and not may_include(folder, other):
                yield f"{path}:{line}: {folder} may not include {name}"
            for pattern, owners in OWNERS:
                if pattern.fullmatch(name) and not path.startswith(tuple(owners)):
                    yield f"{path}:{line}: only {owners[0]}* includes {name}"


def own_header(files):
    """The first include of a .c is its own header, so that headers are seen to stand alone."""
    for path in of_kind(files, ".c", ".cpp"):
        folder = folder_of(path)
        if folder is None:
            continue
        stem = os.path.splitext(os.path.basename(path))[0]
        own = f"{folder}/{stem}.h"
        first = next(includes(path), (1, "", "nothing"))
        if f"include/{own}" in files:
            if first[2] != own:
                yield f"{path}:{first[0]}: includes {first[2]} first, not {own}"
        elif not first[2].startswith(folder + "/"):
            yield f"{path}:{first[0]}: includes {first[2]} first, not a header of {folder}"


def banned(files):
    """Functions that overflow, are not thread-safe, hide errors or run a shell."""
    call = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for path in c_files(files):
        code = NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), read(path))
        for match in call.finditer(code):
            yield f"{path}:{code.count(chr(10), 0, match.start()) + 1}: {match.group(1)} is banned"


def names(files):
    """A basename stands for one file, in talk and in logs."""
    seen = collections.defaultdict(list)
    for path in c_files(files):
        seen[os.path.basename(path)].append(path)
    for paths in seen.values():
        if len(paths) > 1:
            yield " and ".join(paths) + " have one name"


def tags_of(files):
    if not files:
        return
    out = subprocess.run(["ctags", "--output-format=json", "--fields=+neKl", "--kinds-C=f",
                          "--kinds-C++=f", "--kinds-Python=fm", "-f", "-", "-L", "-"],
                         input="\n".join(files), capture_output=True, text=True, check=True)
    for line in out.stdout.splitlines():
        yield json.loads(line)


def functions(files):
    """What does not fit on a screen, or has too many ways through, is more than one function."""
    for tag in tags_of(of_kind(files, ".c", ".h", ".cpp", ".py")):
        if "end" in tag and tag["end"] - tag["line"] + 1 > FUNCTION_LINES:
            yield (f"{tag['path']}:{tag['line']}: {tag['name']} has "
                   f"{tag['end'] - tag['line'] + 1} lines, {FUNCTION_LINES} are allowed")
    sources = of_kind(files, ".c", ".cpp")
    if not sources:
        return
    out = subprocess.run(["pmccabe", *sources], capture_output=True, text=True, check=True)
    for line in out.stdout.splitlines():
        fields = line.split("\t")
        if int(fields[0]) > COMPLEXITY:
            yield f"{fields[5]}: complexity {fields[0]}, {COMPLEXITY} is allowed"


def lengths(files):
    """A file that is long has more than one subject."""
    for path in of_kind(files, ".c", ".h", ".cpp", ".py", ".sh"):
        count = read(path).count("\n")
        if count > FILE_LINES:
            yield f"{path}: {count} lines, {FILE_LINES} are allowed"


def layout(files):
    """Nothing at the top beside the folders and files of the design, and dotfiles."""
    for path in files:
        name = path.split("/")[0]
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{path}: {name} has no place at the top level"


def listed(files):
    """A source that no build file names is never compiled, a test never run."""
    for path in of_kind(files, ".c", ".cpp"):
        if not path.startswith(("scanner/", "tests/unit/", "tests/fuzz/")):
            continue
        folder, name = os.path.split(path)
        entries = [f"'{name}'"]
        if name.startswith(("test_", "fuzz_")):  # the build makes the file's name from the entry
            entries.append("'" + name.split("_", 1)[1].removesuffix(".c") + "'")
        build = f"{folder}/meson.build"
        text = read(build) if build in files else ""
        if not any(entry in text for entry in entries):
            yield f"{path}: not in {build}"


CHECKS = {check.__name__: check for check in
          (layers, own_header, banned, names, functions, lengths, layout, listed)}


def main():
    os.chdir(sys.argv[1])
    files = [line.rstrip("\n") for line in sys.stdin]
    complaints = list(CHECKS[sys.argv[2]](files))
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
