#!/usr/bin/env bash
# Builds fleetdrift and runs it: on GitHub for each ORG, or, without one, on a demonstration fleet
# that is generated and served on loopback.
#   config/quickstart.sh [ORG…]
set -euo pipefail
cd "$(dirname "$0")/.."

build="build-release"
binary=$build/scanner/fleetdrift

build_release() {
    local log
    config/packages.sh build
    if [[ ! -f $build/build.ninja ]]; then
        log=$(meson setup "$build" --buildtype=release 2>&1) || {
            printf '%s\n' "$log" >&2
            return 1
        }
    fi
    ninja -C "$build" --quiet scanner/fleetdrift >&2
}

# Runs the scan and says where everything is; findings are an answer, no failure of this script.
scan_into() {
    local directory=$1 status=0
    shift
    mkdir -p "$directory"
    "$binary" scan --db "$directory/fleet.db" --cache "$directory/cache" "$@" || status=$?
    # 0 in sync, 1 drift, 3 nothing found but part of the fleet unknown: all three are reports
    if ((status != 0 && status != 1 && status != 3)); then
        return "$status"
    fi
    "$binary" report --db "$directory/fleet.db" --what packages --format csv \
        --output "$directory/packages.csv"
    "$binary" report --db "$directory/fleet.db" --what all --format json \
        --output "$directory/report.json"
}

say_where() {
    printf '\nThe table above as CSV   %s/packages.csv\n' "$1"
    printf 'Everything as JSON       %s/report.json\n' "$1"
    printf 'The database (SQLite)    %s/fleet.db\n' "$1"
    printf 'Ask on                   %s report PACKAGE --db %s/fleet.db\n' "$binary" "$1"
}

# The port is kept from run to run, so that the database knows the forge again.
serve_demo() {
    local port=0
    if [[ -f $1/url ]]; then
        port=$(sed 's/.*://' "$1/url")
    fi
    rm -rf "$1/git" "$1/ready"
    (cd tests && python3 -m forge.demo "$1")
    (cd tests && exec python3 -m forge "$1/world.json" --port "$port" --ready "$1/ready") &
    server=$!
    trap 'kill "$server" 2>/dev/null' EXIT
    for _ in {1..100}; do
        [[ -s $1/ready ]] && break
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    [[ -s $1/ready ]]
    cp "$1/ready" "$1/url"
}

demo() {
    local directory=$PWD/$build/demo url
    config/packages.sh demo
    mkdir -p "$directory"
    serve_demo "$directory" || {
        # the port of the last time is taken: another forge, so another database
        rm -rf "$directory"
        serve_demo "$directory"
    }
    url=$(<"$directory/url")
    scan_into "$build/demo" harbour-labs \
        --github-api "$url/api/v3" --github-git "$url" --index "$url"
    printf '\nThe card of the package that this program was written for:\n\n'
    "$binary" report gull-mailbox-core --db "$build/demo/fleet.db"
    say_where "$build/demo"
}

build_release
if (($# == 0)); then
    demo
else
    scan_into "$build/fleet" "$@"
    say_where "$build/fleet"
fi
