#!/usr/bin/env bash
# Shows that every check of the linter passes on a small good tree and fails on that tree with one
# bad file in it, naming the file.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$scratch/tree
failures=0

put() {
  mkdir -p "$tree/$(dirname "$1")"
  cat >"$tree/$1"
}

good_tree() {
  rm -rf "$tree"
  mkdir -p "$tree"
  cp "$here/../../.clang-format" "$tree"
  put include/base/one.h <<<'int one(void);'
  put scanner/base/one.c <<<$'#include "base/one.h"\n\nint one(void)\n{\n    return 1;\n}'
  put scanner/base/meson.build <<<"files('one.c')"
  put tests/run.sh <<<$'#!/bin/bash\necho run'
  put tests/tool.py <<<'print("tool")'
}

# expect CHECK FILE: with FILE (from standard input) in the good tree the check fails and names it.
expect() {
  good_tree
  if ! "$here/run.sh" -C "$tree" "$1" >"$scratch/out"; then
    echo "FAIL  $1 complains of a good tree:"
    cat "$scratch/out"
    failures=1
  fi
  put "$2"
  if "$here/run.sh" -C "$tree" "$1" >"$scratch/out"; then
    echo "FAIL  $1 passes $2"
    failures=1
  elif ! grep -qF "$2" "$scratch/out"; then
    echo "FAIL  $1 does not name $2:"
    cat "$scratch/out"
    failures=1
  else
    echo "ok    $1 finds $2"
  fi
}

# A function of so many lines, of so many branches.
long_function() {
  echo '#include "base/one.h"'
  printf 'int one(void)\n{\n    int n = 0;\n'
  for ((i = 0; i < $1; i++)); do
    echo "    n++;"
  done
  for ((i = 0; i < $2; i++)); do
    echo "    if (n == $i) n++;"
  done
  printf '    return n;\n}\n'
}

expect layout extra/file.txt <<<'x'
expect layers scanner/base/two.c <<<'#include "net/http.h"'
expect layers scanner/facts/two.c <<<'#include "store/store.h"'
expect layers scanner/report/two.c <<<'#include "facts/tags.h"'
expect layers scanner/remedy/two.c <<<'#include "net/http.h"'
expect layers scanner/store/two.c <<<'#include "remedy/search.h"'
expect layers scanner/fetch/two.c <<<'#include <curl/curl.h>'
expect layers include/scan/two.h <<<'#include <sqlite3.h>'
expect layers scanner/fetch/gitwire.c <<<'#include <git2.h>'
expect layers scanner/fetch/mirror.c <<<'#include <archive.h>'
expect layers scanner/misc/two.c <<<''
expect own_header scanner/base/one.c <<<$'#include <stdio.h>\n#include "base/one.h"'
expect own_header scanner/base/one_more.c <<<'#include <stdio.h>'
expect headers include/base/two.h <<<'size_t two(void);'
expect names scanner/net/one.c <<<''
expect listed scanner/base/two.c <<<'#include "base/one.h"'
expect listed tests/unit/test_one.c <<<''
for kind in c h cpp py sh; do
  expect lengths "scanner/base/long.$kind" < <(yes '' | head -n 601)
done
expect functions scanner/base/one.c < <(long_function 80 0)
expect functions scanner/base/one.c < <(long_function 0 20)
expect functions scanner/base/two.cpp < <(long_function 80 0)
expect functions scanner/base/two.cpp < <(long_function 0 20)
expect functions tests/tool.py < <(echo 'def tool():' && yes '    print()' | head -n 80)
for function in strcpy strcat sprintf vsprintf gets strtok gmtime localtime ctime atoi atol system \
  popen alloca signal; do
  expect banned scanner/base/one.c <<<"int one(void) { return (int)$function (0); }"
done
expect format scanner/base/one.c <<<'int  one ( void ) ;'
expect shell tests/run.sh <<<$'#!/bin/bash\nrm -r $1/*'
expect shell .ci/run <<<$'#!/bin/bash\nrm -r $1/*'
expect python tests/tool.py <<<'import os'
expect python tests/tool.py <<<'def ('

# What only looks like a call is none.
good_tree
put scanner/base/one.c <<'END'
#include "base/one.h"

/* gets() is bad, strcpy(a, b) too */
int one(void)
{
    return x.signal("system(1)") + my_popen(1) + strtok_r(0, 0, 0);
}
END
if "$here/run.sh" -C "$tree" banned >"$scratch/out"; then
  echo "ok    banned passes comments, strings, members and longer names"
else
  cat "$scratch/out"
  failures=1
fi
exit "$failures"
