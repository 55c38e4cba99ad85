#!/usr/bin/env bash
# The linter: prints one line a check and what each complains of; fails when one does.
#
#   tests/lint/run.sh [-C DIR] [CHECK…]
#
# Needs (Debian): universal-ctags pmccabe clang-format shellcheck python3-pyflakes gcc and the
# libraries' headers. There is no list of exceptions. tests/lint/selftest.sh shows that every check
# can fail.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ "${1:-}" = -C ]; then
  root=$(cd "$2" && pwd)
  shift 2
fi
cd "$root"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What git knows or would add; elsewhere (an unpacked archive) everything but build directories.
list_files() {
  local file
  if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$root" ]; then
    git ls-files -co --exclude-standard
  else
    find . -path './build*' -prune -o -path ./.git -prune -o -name __pycache__ -prune \
      -o -type f -printf '%P\n'
  fi | while IFS= read -r file; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done | sort -u
}
list_files >"$scratch/files"

# The files whose names match the regular expression, NUL-terminated.
files() {
  { grep -E "$1" "$scratch/files" || true; } | tr '\n' '\0'
}

# Every header compiles as the only one; the one that the build makes is made first.
headers() {
  local flags=()
  if [ -f schema/embed.py ]; then
    python3 schema/embed.py schema "$scratch"/schema_sql.{h,c,d}
  fi
  read -ra flags <<<"$(pkg-config --cflags libuv libcurl libgit2 jansson sqlite3 libcrypto \
    libpcre2-8 libxml-2.0 2>/dev/null)" || true
  files '^include/.*\.h$' |
    xargs -0r -n 8 -P 2 gcc -std=c17 -D_GNU_SOURCE -Iinclude -I"$scratch" "${flags[@]}" \
      -Wall -Wextra -Werror -fsyntax-only -x c
}

format() {
  files '\.(c|h|cpp)$' | xargs -0r -n 8 -P 2 clang-format --dry-run -Werror --ferror-limit=1
}

shell() {
  local file
  {
    grep -E '\.sh$' "$scratch/files" || true
    while IFS= read -r file; do
      if [[ $file != *.* || $file == .*/* ]] && head -c 64 "$file" | head -n 1 | tr -d '\0' |
        grep -qE '^#!.*\b(ba)?sh\b'; then
        printf '%s\n' "$file"
      fi
    done <"$scratch/files"
  } | sort -u | tr '\n' '\0' | xargs -0r shellcheck
}

python() {
  local failed=0
  files '\.py$' | PYTHONPYCACHEPREFIX=$scratch xargs -0r python3 -m compileall -q || failed=1
  files '\.py$' | xargs -0r /usr/bin/python3 -m pyflakes || failed=1
  return "$failed"
}

check() {
  case $1 in
    headers) headers ;;
    format) format ;;
    shell) shell ;;
    python) python ;;
    *) python3 "$here/code.py" "$root" "$1" <"$scratch/files" ;;
  esac
}

all=(layout layers own_header headers names listed lengths functions banned format shell python)
if [ $# -eq 0 ]; then
  set -- "${all[@]}"
fi
status=0
for name in "$@"; do
  if check "$name" >"$scratch/out" 2>&1; then
    printf 'ok    %s\n' "$name"
  else
    printf 'FAIL  %s\n' "$name"
    sed '/^$/d; s/^/      /' "$scratch/out"
    status=1
  fi
done
exit "$status"
