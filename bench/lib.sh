# Shared by the scripts here: cores, ports, processes and the arithmetic of a measurement. Sourced, not run.
# shellcheck shell=bash

bench_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root_dir=$(dirname "$bench_dir")
out_dir=$root_dir/artifacts/bench
server_core=0
client_core=1
server_pid=
# What runs a command before all others of its core, so that whatever else the machine does is not measured: empty unless asked for.
realtime=()

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# have COMMAND: on the PATH, or where Debian keeps daemons, which is not on every user's PATH.
have() { PATH=$PATH:/usr/sbin command -v "$1" >/dev/null; }

require_cores() {
    (($(nproc) > client_core)) || die "needs two cores: one for the server, one for the client"
}

# require COMMAND DEBIAN_PACKAGE: installs the package when the script was started with --install, else says its name.
require() {
    have "$1" && return
    [[ ${install:-no} == yes ]] || die "$1 is missing: apt-get install $2 (or start this with --install)"
    local sudo=()
    ((EUID == 0)) || sudo=(sudo)
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2" >&2
    have "$1" || die "$1 is missing though $2 was installed"
}

# Compiles NAME.c of this folder, once per change.
compile() {
    local source=$bench_dir/$1.c target=$out_dir/$1
    mkdir -p "$out_dir"
    [[ $target -nt $source ]] && return
    require gcc gcc
    gcc -O2 -o "$target" "$source"
}

# A port that no UDP or TCP socket has, of either family.
free_port() {
    local port hex
    while :; do
        port=$((20000 + RANDOM % 10000))
        hex=$(printf ':%04X ' "$port")
        cat /proc/net/{udp,udp6,tcp,tcp6} 2>/dev/null | grep -q "$hex" || break
    done
    echo "$port"
}

# Starts a command on the server's core with its output in LOG; sets server_pid, which is the command's own
# (taskset replaces itself by it).
start_server() {
    local log=$1
    shift
    taskset -c "$server_core" "${realtime[@]}" "$@" >"$log" 2>&1 &
    server_pid=$!
}

# Ends what start_server started, and waits, so that the next server is alone on the core.
stop_server() {
    [[ -n $server_pid ]] || return 0
    local pid=$server_pid tries
    server_pid=
    kill -TERM "$pid" 2>/dev/null || true
    for ((tries = 0; tries < 50; tries++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

# User and system time of PID so far, all its threads, in clock ticks. The fields are counted from the end of the command
# name, which may hold spaces.
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# What the server's core spent on anything at all, in clock ticks.
core_ticks() { awk -v core="cpu$server_core" '$1 == core { print $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat; }

resident_kb() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; }

# median, of numbers on standard input, one a line; empty for none.
median() { sort -g | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# run_dnsperf PORT QUERIES SECONDS REPORT [OPTION...]: loads the server from the client's core.
run_dnsperf() {
    local port=$1 queries=$2 seconds=$3 report=$4
    shift 4
    taskset -c "$client_core" "${realtime[@]}" dnsperf -s 127.0.0.1 -p "$port" -d "$queries" -l "$seconds" -t 1 "$@" >"$report" 2>&1 ||
        { cat "$report" >&2; die "dnsperf failed"; }
}

# measure PORT QUERIES SECONDS REPORT [OPTION...]: loads server_pid once and sets answered, lost, qps, latency_us, cpu_us (a
# query) and others_percent (the share of the time that other work took of the server's core).
measure() {
    local port=$1 queries=$2 seconds=$3 report=$4 ticks others hertz
    shift 4
    hertz=$(getconf CLK_TCK)
    ticks=$(cpu_ticks "$server_pid")
    others=$(core_ticks)
    run_dnsperf "$port" "$queries" "$seconds" "$report" "$@"
    ticks=$(($(cpu_ticks "$server_pid") - ticks))
    others=$(($(core_ticks) - others - ticks))
    answered=$(awk '/Queries completed:/ { print $3 }' "$report")
    lost=$(awk '/Queries lost:/ { print $3 }' "$report")
    qps=$(awk '/Queries per second:/ { print $4 }' "$report")
    latency_us=$(awk '/Average Latency/ { print $4 * 1e6 }' "$report")
    ((answered > 0)) || { cat "$report" >&2; die "no query was answered"; }
    cpu_us=$(awk -v t="$ticks" -v n="$answered" -v hz="$hertz" 'BEGIN { printf "%.3f", t * 1e6 / hz / n }')
    others_percent=$(awk -v t="$others" -v s="$seconds" -v hz="$hertz" 'BEGIN { printf "%.1f", t < 0 ? 0 : t * 100 / hz / s }')
}

machine() {
    local model
    model=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
    echo "$(nproc) × ${model:-$(uname -m)}, Linux $(uname -r), $(. /etc/os-release && echo "$PRETTY_NAME")"
}
