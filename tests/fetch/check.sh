#!/usr/bin/env bash
# gitwire against real servers of every kind: versions 2, 1 and 0 of the protocol, with and without
# filters, renames, and repositories that are empty, detached, missing, of SHA-256, or only files.
#
#   check.sh GITWIRE_TRY
set -euo pipefail

try=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}"; rm -rf "$work"' EXIT
export HOME=$work GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=N GIT_AUTHOR_EMAIL=n@example.org
export GIT_COMMITTER_NAME=N GIT_COMMITTER_EMAIL=n@example.org no_proxy='*'
export PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2046 # names of variables, one a word
unset GITHUB_TOKEN FLEETDRIFT_TRY_FACTS $(git rev-parse --local-env-vars)

mkdir -p "$work/repos/acme"
cd "$work/repos/acme"
git init -q --bare -b main empty.git
git init -q -b main work
(
  cd work
  for i in 1 2 3 4 5; do
    echo "$i" >"file$i"
    git add . && git commit -qm "commit $i" && git tag -a -m "$i" "v$i" && git tag "light$i"
  done
  git branch topic
)
git clone -q --mirror work tools.git
git clone -q --mirror work detached.git
git --git-dir=detached.git update-ref --no-deref HEAD main
git init -q -b main --object-format=sha256 other
git -C other commit -q --allow-empty -m first
git clone -q --mirror other sha256.git
git --git-dir=tools.git update-server-info

# A world of these repositories whose server speaks MODE (tests/forge/smarthttp.py).
world() {
  python3 - "$here/.." "$work" "$1" <<'EOF'
import sys

sys.path.insert(0, sys.argv[1])
from forge import World

world = World(git_root="repos", modes={"*": sys.argv[3]})
world.moved = {"acme/old": "acme/tools", "acme/a": "acme/b", "acme/b": "acme/a"}
for number, name in enumerate(("tools", "detached", "empty", "sha256"), start=1):
    world.add_repository(f"acme/{name}", number)
world.save(f"{sys.argv[2]}/{sys.argv[3]}.json")
EOF
}

# serve NAME COMMAND...: the address that it prints, in $address
serve() {
  local name=$1
  shift
  "$@" >"$work/$name.out" 2>"$work/$name.err" &
  servers+=($!)
  for _ in $(seq 100); do
    address=$(grep -om1 'http://127[^ /]*[0-9]' "$work/$name.out" || true)
    [ -z "$address" ] || return 0
    sleep 0.05
  done
  echo "no server: $(cat "$work/$name.err")" >&2
  exit 1
}

# A forge of a mode.
forge() {
  world "$1"
  serve "$1" env PYTHONPATH="$here/.." python3 -m forge "$work/$1.json" --ready "$work/$1.out"
}

failed=0
# expect STATUS PATTERN NAME REPOSITORY...: the tool's exit status, and a line of its output
expect() {
  local status=$1 pattern=$2 name=$3 got=0
  shift 3
  "$try" "$address" "$work/mirrors-$name" "$@" >"$work/out" 2>"$work/log" || got=$?
  if [ "$got" != "$status" ] || ! grep -q "$pattern" "$work/out"; then
    printf '%s %s: status %s, wanted %s and "%s"\n' "$name" "$*" "$got" "$status" "$pattern"
    cat "$work/out" "$work/log"
    failed=1
  fi
}

forge v2
expect 0 'refs    11 .* 5 commits .* requests 3$' v2 acme/tools
expect 0 '^host: v2 filter' v2 acme/tools
expect 0 'refs    12 .* requests 4$' v2 acme/detached
expect 0 'is empty, default branch refs/heads/main' v2 acme/empty
expect 0 'moved to acme/tools' v2 acme/old
expect 1 'FAILED redirect: acme/a: ' v2 acme/a
expect 1 'FAILED unsupported: acme/sha256: ' v2 acme/sha256
# As GitHub says of what is missing or private.
expect 1 'FAILED unauthorized: acme/none: .* a token may tell' v2 acme/none
# One that tells nothing of the host does not keep the others from being asked.
expect 1 'acme/tools .* requests 3$' v2b acme/none acme/sha256 acme/tools
expect 1 'FAILED unauthorized: acme/x y?#%: ' v2 'acme/x y?#%'

for version in 1 0; do
  forge "v$version"
  expect 0 'refs    11 .* 5 commits .* requests 4$' "v$version" acme/tools
  expect 0 'refs    12 ' "v$version" acme/detached
  expect 0 'is empty' "v$version" acme/empty
  expect 1 'FAILED unsupported: acme/sha256: ' "v$version" acme/sha256
  # What an earlier run learned of the host saves the surprise.
  FLEETDRIFT_TRY_FACTS=$(sed -n 's/^host: //p' "$work/out")
  export FLEETDRIFT_TRY_FACTS
  [ -z "$FLEETDRIFT_TRY_FACTS" ] || expect 0 'requests 3$' "v${version}b" acme/tools
  unset FLEETDRIFT_TRY_FACTS
done

forge v2-nofilter
expect 0 '(unfiltered)' plain acme/tools
expect 0 '^host: v2 shallow' plain2 acme/tools

serve files python3 "$here/files.py" "$work/repos"
expect 1 'FAILED unsupported: acme/tools: the host serves files' files acme/tools

exit "$failed"
