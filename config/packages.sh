#!/usr/bin/env bash
# Installs what a purpose needs on Debian 12 and Ubuntu, and only what is missing:
#   config/packages.sh build|run|demo|test…
set -euo pipefail

packages_for() {
    case $1 in
    build)
        echo gcc g++ meson ninja-build pkg-config python3 libuv1-dev libcurl4-openssl-dev libgit2-dev \
            libjansson-dev libsqlite3-dev libssl-dev libarchive-dev zlib1g-dev libtomlplusplus-dev libpcre2-dev \
            libxml2-dev libyaml-dev uthash-dev libmimalloc-dev ca-certificates
        ;;
    run) echo libuv1 libcurl4 libgit2-1.5 libjansson4 libsqlite3-0 libpcre2-8-0 libxml2 libyaml-0-2 libarchive13 zlib1g libmimalloc2.0 ca-certificates ;;
    demo) echo git python3 ;;
    test)
        echo git python3 python3-pytest python3-pytest-xdist python3-jsonschema python3-packaging python3-cryptography \
            sqlite3 libcmocka-dev clang clang-format shellcheck universal-ctags pmccabe pyflakes3 openssl yamllint \
            python3-yaml systemd
        ;;
    *)
        echo "usage: ${0##*/} build|run|demo|test…" >&2
        exit 2
        ;;
    esac
}

# Nothing is told of a system that says nothing of itself.
check_system() {
    local id='' version='' floor
    if [[ -r /etc/os-release ]]; then
        id=$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')
        version=$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')
    fi
    case $id in
    debian) floor=12 ;;
    ubuntu) floor=24.04 ;;
    *) return 0 ;;
    esac
    if [[ -n $version && $(printf '%s\n' "$floor" "$version" | sort -V | head -n 1) != "$floor" ]]; then
        echo "${0##*/}: this is $id $version, whose libraries are too old: it takes Debian 12 or" \
            "Ubuntu 24.04, or the Dockerfile" >&2
        exit 1
    fi
}

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

check_system
missing=()
for purpose in "$@"; do
    for package in $(packages_for "$purpose"); do
        is_installed "$package" || missing+=("$package")
    done
done
if ((${#missing[@]} == 0)); then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "${0##*/}: this is no Debian or Ubuntu; please install: ${missing[*]}" >&2
    exit 1
fi
as_root=()
if ((EUID != 0)); then
    as_root=(sudo)
fi
echo "installing: ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "${missing[@]}" >&2
