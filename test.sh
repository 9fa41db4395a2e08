#!/usr/bin/env bash
# Runs the tests.
#   ./test.sh            everything, after installing what the tests need and the machine lacks: at most 25 minutes on two cores
#   ./test.sh --quick    the unit suites alone, for the inner loop: at most 3 minutes, nothing is installed, no Native AOT
set -euo pipefail
cd "$(dirname "$0")"

quick=
case ${1:-} in
    '') ;;
    --quick) quick=1 ;;
    *)
        echo "test.sh: unknown option '$1': use --quick or nothing" >&2
        exit 2
        ;;
esac

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results=artifacts/test-results
unit=(tests/ClusterDns.Core.Tests tests/ClusterDns.Plugins.Tests tests/ClusterDns.Tests)

# One project's tests. A test that hangs is named, and ends the project after this long without any test that ends.
run() {
    local project=$1 limit=$2
    dotnet test -c Release --no-build "$project" --logger trx --results-directory "$results" \
        --blame-hang --blame-hang-timeout "$limit" --blame-hang-dump-type none || failed=1
}

# The counts of all test projects together, from their own reports, as the last line; then the exit code.
finish() {
    count() {
        { grep -ho "<Counters [^>]*" "$results"/*.trx || true; } | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
    }
    total=$(count total) passed=$(count passed) executed=$(count executed)
    echo "tests: $passed passed, $((executed - passed)) failed, $((total - executed)) skipped"
    exit "${failed:-0}"
}

if [ -n "$quick" ]; then
    rm -rf "$results"
    for project in "${unit[@]}"; do
        dotnet build -c Release -v q "$project"
    done
    for project in "${unit[@]}"; do
        run "$project" 2m
    done
    finish
fi

packages=()
need() { (PATH=$PATH:/usr/sbin:/sbin; command -v "$1" >/dev/null) || packages+=("${@:2}"); }
need dig bind9-dnsutils
need gcc gcc libc6-dev zlib1g-dev
need ip iproute2
need iptables iptables
need musl-gcc musl-tools
need setcap libcap2-bin
if [ ${#packages[@]} -gt 0 ]; then
    if command -v apt-get >/dev/null; then
        as_root=()
        [ "$(id -u)" -eq 0 ] || as_root=(sudo)
        "${as_root[@]}" apt-get update -q
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"
    else
        echo "test.sh: the tests need ${packages[*]}, and this system has no apt-get: install them by hand" >&2
        exit 1
    fi
fi

# Servers of others' that the tests forward to, where they can be had; without them those tests are skipped. Debian would run them as
# daemons: the tests want the programs alone, and start them by themselves.
PATH="$PATH:/usr/sbin:/usr/local/sbin"
if command -v apt-get >/dev/null && ! { command -v unbound && command -v dnsmasq; } >/dev/null; then
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap '"${as_root[@]}" rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
    fi
    had_unbound=$(command -v unbound || true)
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends unbound dnsmasq-base
    if [ -n "$(trap -p EXIT)" ]; then
        "${as_root[@]}" rm -f "$policy"
        trap - EXIT
    fi
    if [ -z "$had_unbound" ] && command -v systemctl >/dev/null; then
        "${as_root[@]}" systemctl disable unbound.service
    fi
fi

rm -rf "$results"
dotnet build -c Release ClusterDns.sln
deploy/build.sh artifacts/publish
export CLUSTERDNS_NATIVE="$PWD/artifacts/publish/clusterdns"
for project in "${unit[@]}"; do
    run "$project" 5m
done
run tests/ClusterDns.Conformance 10m

# Alone and last: it takes the whole machine, and its bounds are bounds of time.
run tests/ClusterDns.Attack 10m
finish
