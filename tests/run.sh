#!/usr/bin/env bash
# Every test: installs what is missing, builds with both compilers and the sanitizers, runs the
# unit tests, the fuzz corpora, the rules' cases, the lint and the end-to-end tests.
# The last line is "N passed, N failed, N skipped"; the status is 0 when nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

build="build-test"
out=$PWD/$build
passed=0 failed=0 skipped=0

# One result of our own: a build, a lint run.
check() {
    local name=$1
    shift
    printf '== %s\n' "$name"
    if "$@"; then
        passed=$((passed + 1))
    else
        printf 'FAILED: %s\n' "$name"
        failed=$((failed + 1))
    fi
}

# A program that prints a line "ok NAME" or "FAIL NAME" for each of its checks.
count_lines() {
    local name=$1 status good bad
    shift
    printf '== %s\n' "$name"
    "$@" 2>&1 | tee "$out/lines"
    status=${PIPESTATUS[0]}
    good=$(grep -c '^ok ' "$out/lines")
    bad=$(grep -c '^FAIL ' "$out/lines")
    if ((status != 0 && bad == 0)); then
        bad=1
    fi
    passed=$((passed + good)) failed=$((failed + bad))
}

# Adds what a JUnit file says; a run that left none has failed.
count_junit() {
    local numbers
    numbers=$(python3 - "$1" <<'EOF'
import sys
import xml.etree.ElementTree as tree

cases = list(tree.parse(sys.argv[1]).getroot().iter("testcase"))
bad = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
left = sum(case.find("skipped") is not None for case in cases)
print(len(cases) - bad - left, bad, left)
EOF
    ) || numbers="0 1 0"
    read -r good bad left <<<"$numbers"
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
}

configure() {
    local directory=$1
    shift
    if [[ ! -f $directory/build.ninja ]]; then
        meson setup "$directory" "$@" >/dev/null
    fi
}

build_sanitized() {
    configure "$out/gcc" -Db_sanitize=address,undefined --werror && ninja -C "$out/gcc" --quiet
}

build_clang() {
    CC=clang CXX=clang++ configure "$out/clang" --werror && ninja -C "$out/clang" --quiet
}

run_meson() {
    local directory=$1 junit=$1/meson-logs/testlog.junit.xml
    shift
    rm -f "$junit"
    meson test -C "$directory" --no-rebuild --print-errorlogs --quiet "$@"
    count_junit "$junit"
}

# Most of these tests wait for a server more than they work.
run_pytest() {
    local build=$1 junit=$1/e2e.xml
    shift
    rm -f "$junit"
    FLEETDRIFT_BIN=$build/scanner/fleetdrift \
        python3 -m pytest -q -p no:cacheprovider -n $(($(nproc) + 1)) --junitxml="$junit" "$@"
    count_junit "$junit"
}

# What runs on several threads is watched for races: the pool's users alone, then the program.
thread_tests=(loop work http http_flow mirror store)
build_threads() {
    configure "$out/tsan" -Db_sanitize=thread &&
        ninja -C "$out/tsan" --quiet scanner/fleetdrift "${thread_tests[@]/#/tests/unit/test_}"
}

export PYTHONDONTWRITEBYTECODE=1
PATH=/usr/bin:$PATH # the Python that the packages below are for
config/packages.sh build test || exit 1
mkdir -p "$out"

check "build with gcc, ASan and UBSan" build_sanitized
run_meson "$out/gcc"
check "build with clang" build_clang
check "build with TSan" build_threads
run_meson "$out/tsan" "${thread_tests[@]}"
count_lines "lint" tests/lint/run.sh
count_lines "the lint can fail" tests/lint/selftest.sh
run_pytest "$out/gcc" tests/e2e
run_pytest "$out/tsan" tests/e2e/test_demo_fleet.py tests/e2e/test_interrupt.py

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0))
