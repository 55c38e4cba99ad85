#!/usr/bin/env bash
# Speed, memory and what is asked of others, on fleets that are made here (about 250 MB below build-bench).
#
#   tests/bench/run.sh [SECTION…]    "--help" lists them; without any, all but "year"
set -euo pipefail
cd "$(dirname "$0")/../.."

build="build-bench"
config/packages.sh build demo
if [[ ! -f $build/build.ninja ]]; then
    meson setup "$build" --buildtype=release >/dev/null
fi
ninja -C "$build" --quiet scanner/fleetdrift tests/bench/{sources,matching,blobs} tests/corpus/contents_try
for tool in upstream load unpack; do
    cc -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$build/$tool" "tests/bench/$tool.c" \
        -lssl -lcrypto -lz
done
mkdir -p "$build/fleets"
if [[ ! -f $build/fleets/certificate.pem ]]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$build/key.pem" -out "$build/fleets/certificate.pem" 2>/dev/null
    cat "$build/key.pem" >>"$build/fleets/certificate.pem"
fi
tools=$PWD/$build
cd tests
exec python3 -m bench --program "$tools/scanner/fleetdrift" --tools "$tools" \
    --directory "$tools/fleets" "$@"
