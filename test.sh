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
flaky=0
unit=(tests/ClusterDns.Core.Tests tests/ClusterDns.GoText.Tests tests/ClusterDns.Expressions.Tests tests/ClusterDns.Plugins.Tests tests/ClusterDns.Tests)

# One project's tests. A test that hangs is named, and ends the project after this long without any test that ends. Tests that fail run once
# more, alone: many of them race with the clock, ports and other processes of the machine. What passes then is reported, and to be looked into.
run() {
    local project=$1 limit=$2 first=$results/$(basename "$1") names filter
    if dotnet test -c Release --no-build "$project" --logger "trx;LogFileName=first.trx" --results-directory "$first" \
        --blame-hang --blame-hang-timeout "$limit" --blame-hang-dump-type none; then
        return
    fi

    names=$(failed_tests "$first/first.trx")
    if [ -z "$names" ] || [ "$(wc -l <<<"$names")" -gt 10 ]; then
        failed=1
        return
    fi

    filter=$(sed 's/^/FullyQualifiedName~/' <<<"$names" | paste -sd'|')
    if dotnet test -c Release --no-build "$project" --filter "$filter" --logger "trx;LogFileName=again.trx" --results-directory "$results-again" \
        --blame-hang --blame-hang-timeout "$limit" --blame-hang-dump-type none; then
        flaky=$((flaky + $(grep -c 'outcome="Failed"' <(grep -o '<UnitTestResult [^>]*' "$first/first.trx"))))
        sed 's/^/test.sh: passed only when run again: /' <<<"$names"
    else
        failed=1
    fi
}

# The names of a report's failed tests, without the arguments of theories.
failed_tests() {
    [ -f "$1" ] || return 0
    { grep -o '<UnitTestResult [^>]*' "$1" || true; } | { grep 'outcome="Failed"' || true; } |
        sed -E 's/.*testName="([^"(]*).*/\1/' | sort -u
}

# The counts of all test projects together, from their own reports, as the last line; then the exit code.
finish() {
    count() {
        { grep -ho "<Counters [^>]*" "$results"/*/first.trx || true; } | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
    }
    total=$(count total) passed=$(count passed) executed=$(count executed)
    echo "tests: $((passed + flaky)) passed, $((executed - passed - flaky)) failed, $((total - executed)) skipped"
    exit "${failed:-0}"
}

if [ -n "$quick" ]; then
    rm -rf "$results" "$results-again"
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

rm -rf "$results" "$results-again"
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
