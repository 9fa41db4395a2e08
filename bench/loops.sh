#!/usr/bin/env bash
# Compares the two ways to wait for datagrams (the listener's reactor, a thread that blocks in recvmmsg) around the same work.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rounds=5 seconds=4 install=no
while (($#)); do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --install) install=yes ;;
        *) echo "usage: bench/loops.sh [--rounds N] [--seconds N] [--install]"; exit 2 ;;
    esac
    shift
done

require_cores
require dnsperf dnsperf
trap stop_server EXIT
mkdir -p "$out_dir"
scratch=$(mktemp -d)
echo "web.shop.svc.cluster.local. A" >"$scratch/queries"
dotnet build -c Release "$bench_dir/ClusterDns.Benchmarks" >&2
server=$bench_dir/ClusterDns.Benchmarks/bin/Release/net10.0/ClusterDns.Benchmarks.dll

# turn LOOP LOAD OPTION...: a warm-up, then a measurement.
turn() {
    local loop=$1 load=$2 port
    shift 2
    port=$(free_port)
    start_server "$scratch/log" dotnet "$server" loops "$loop" "$port"
    sleep 1
    run_dnsperf "$port" "$scratch/queries" 2 "$scratch/report"
    measure "$port" "$scratch/queries" "$seconds" "$scratch/report" "$@"
    echo "$load $loop $cpu_us $qps $lost $others_percent" | tee -a "$scratch/rows" >&2
    stop_server
}

for ((round = 1; round <= rounds; round++)); do
    for loop in blocking reactor; do
        turn "$loop" full -q 100
        turn "$loop" low -q 100 -Q 5000
    done
done

column() { awk -v load="$1" -v loop="$2" '$1 == load && $2 == loop { print $3 }' "$scratch/rows"; }
echo "$rounds rounds of $seconds s, medians, CPU µs a query. $(machine)."
echo
echo "| load | blocking | reactor | reactor ÷ blocking |"
echo "|---|---|---|---|"
for load in full low; do
    printf '| %s | %.2f | %.2f | %.3f |\n' "$load" "$(column "$load" blocking | median)" "$(column "$load" reactor | median)" \
        "$(paste <(column "$load" reactor) <(column "$load" blocking) | awk '{ print $1 / $2 }' | median)"
done
