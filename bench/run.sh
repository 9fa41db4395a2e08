#!/usr/bin/env bash
# Measures the cost of a query: the floor, Knot, ClusterDns, and CoreDNS if it is on the PATH, each alone on core 0 with dnsperf on
# core 1, in rounds. README.md explains the figures.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'HELP'
usage: bench/run.sh [OPTION...]
  --rounds N        measurements of each server (default 3)
  --seconds N       duration of a measurement (default 5)
  --workload NAME   a: A of 4,500 ClusterIP Services (default); mixed: the queries of Pods
  --outstanding N   queries in flight (default 100)
  --before PATH     an earlier executable, which is measured beside ClusterDns in the same rounds
  --realtime        run servers and clients with real-time priority (needs root), which excludes most other processes
  --peers LIST      of floor, knot, clusterdns, whole, api, cached, unbound, dnsmasq, forward, dnsdist, coredns (default: all that are installed)
  --install         install dnsperf, gcc and missing peers from Debian with apt-get
ClusterDns is run from artifacts/publish (or from $CLUSTERDNS); build it with
  deploy/build.sh
HELP
}

rounds=3 seconds=5 workload=a outstanding=100 peers= install=no before=
while (($#)); do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --workload) workload=$2; shift ;;
        --outstanding) outstanding=$2; shift ;;
        --before) before=$(realpath "$2"); shift ;;
        --realtime) realtime=(chrt -r 10) ;;
        --peers) peers=${2//,/ }; shift ;;
        --install) install=yes ;;
        -h | --help) usage; exit ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
[[ $workload == a || $workload == mixed ]] || die "no such workload: $workload"

require_cores
((${#realtime[@]} == 0)) || "${realtime[@]}" true || die "--realtime is not allowed here"
require dnsperf dnsperf
compile floor
compile firstanswer
clusterdns=${CLUSTERDNS:-$root_dir/artifacts/publish/clusterdns}

scratch=$(mktemp -d)
trap 'stop_server; stop_api; [[ -z ${upstream_pid:-} ]] || kill "$upstream_pid" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
"$bench_dir/workload/generate.sh" "$scratch"
queries=$scratch/$workload.queries
read -r probe_name probe_address <"$scratch/probe"

# Each start_PEER PORT starts the server with one worker on 127.0.0.1.
start_floor() { start_server "$scratch/log" "$out_dir/floor" "$1"; }

start_knot() {
    local home=$scratch/knot
    rm -rf "$home"
    mkdir -p "$home/db"
    cat >"$home/knot.conf" <<CONF
server:
    listen: 127.0.0.1@$1
    rundir: $home
    user: $(id -un):$(id -gn)
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: $home/db
log:
  - target: stderr
    any: warning
zone:
  - domain: cluster.local
    file: $scratch/zone
    zonefile-sync: -1
    journal-content: none
CONF
    PATH=$PATH:/usr/sbin start_server "$scratch/log" knotd -c "$home/knot.conf" -s "$home/knot.sock"
}

upstream='' upstream_pid=''

start_clusterdns() {
    cat >"$scratch/Corefile" <<CONF
cluster.local:$1 {
    bind 127.0.0.1
    kubernetes cluster.local {
        manifests $scratch/cluster.json
        ttl 30
    }
}
CONF
    start_server "$scratch/log" "$clusterdns" -conf "$scratch/Corefile"
}

# The plugins of kubeadm's Corefile: what a query costs with metrics, cache and all. SOURCE is where the cluster comes from.
write_whole() {
    local port=$1 source=$2
    cat >"$scratch/Corefile.whole" <<CONF
.:$port {
    bind 127.0.0.1
    errors
    health 127.0.0.1:$(free_port) {
        lameduck 0s
    }
    ready 127.0.0.1:$(free_port)
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        $source
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus 127.0.0.1:$(free_port)
    forward . 127.0.0.1:9 {
        max_concurrent 1000
    }
    cache 30 {
        disable success cluster.local
        disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
CONF
}

start_whole() {
    write_whole "$1" "manifests $scratch/cluster.json"
    start_server "$scratch/log" "$clusterdns" -conf "$scratch/Corefile.whole"
}

# The same objects from an API server over HTTP/2 and TLS, which runs on the client's core.
api_pid='' api_input=''
start_api() {
    start_api_server
    write_whole "$1" "endpoint $(cat "$scratch/api/url")
        tls \"\" \"\" $scratch/api/ca.crt
        startup_timeout 60s"
    start_server "$scratch/log" "$clusterdns" -conf "$scratch/Corefile.whole"
}

start_api_server() {
    [[ -z $api_pid ]] || return 0
    dotnet build -c Release -v q --nologo "$bench_dir/ClusterDns.ApiBench" >&2
    mkdir -p "$scratch/api"
    mkfifo "$scratch/api/input"
    taskset -c "$client_core" dotnet "$bench_dir/ClusterDns.ApiBench/bin/Release/net10.0/ClusterDns.ApiBench.dll" \
        serve "$scratch/cluster.json" "$scratch/api" <"$scratch/api/input" >"$scratch/api/log" 2>&1 &
    api_pid=$!
    exec {api_input}>"$scratch/api/input"
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        [[ ! -s $scratch/api/url ]] || return 0
        sleep 0.1
    done
    die "the API server does not start: $(cat "$scratch/api/log")"
}

stop_api() {
    [[ -n $api_pid ]] || return 0
    exec {api_input}>&-
    wait "$api_pid" 2>/dev/null || true
    api_pid=''
}

# Forwards once, and answers from the cache from then on.
start_cached() {
    start_forward "$1"
    stop_server
    sed -i 's/forward/cache 3600\n    forward/' "$scratch/Corefile.forward"
    start_server "$scratch/log" "$clusterdns" -conf "$scratch/Corefile.forward"
}

# Whom forwarders ask: the floor, on the client's core, so that its work is not counted. Sets upstream, its port.
start_upstream() {
    upstream=$(free_port)
    [[ -z $upstream_pid ]] || kill "$upstream_pid" 2>/dev/null || true
    taskset -c "$client_core" "${realtime[@]}" "$out_dir/floor" "$upstream" >/dev/null 2>&1 &
    upstream_pid=$!
}

# Forwards each query.
start_forward() {
    start_upstream
    cat >"$scratch/Corefile.forward" <<CONF
cluster.local:$1 {
    bind 127.0.0.1
    forward . 127.0.0.1:$upstream
}
CONF
    start_server "$scratch/log" "$clusterdns" -conf "$scratch/Corefile.forward"
}

# Unbound and dnsmasq forward each name once, and answer from their caches from then on.
start_unbound() {
    start_upstream
    cat >"$scratch/unbound.conf" <<CONF
server:
    interface: 127.0.0.1@$1
    num-threads: 1
    do-daemonize: no
    use-syslog: no
    chroot: ""
    username: ""
    directory: "$scratch"
    pidfile: ""
    module-config: "iterator"
    do-not-query-localhost: no
    cache-min-ttl: 3600
forward-zone:
    name: "."
    forward-addr: 127.0.0.1@$upstream
remote-control:
    control-enable: no
CONF
    PATH=$PATH:/usr/sbin start_server "$scratch/log" unbound -d -c "$scratch/unbound.conf"
}

start_dnsmasq() {
    start_upstream
    PATH=$PATH:/usr/sbin start_server "$scratch/log" dnsmasq --keep-in-foreground --conf-file=/dev/null --user="$(id -un)" \
        --pid-file= --port="$1" --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --server="127.0.0.1#$upstream" \
        --cache-size=10000 --min-cache-ttl=3600
}

# dnsdist forwards each query.
start_dnsdist() {
    start_upstream
    cat >"$scratch/dnsdist.conf" <<CONF
setLocal('127.0.0.1:$1')
newServer({address='127.0.0.1:$upstream', healthCheckMode='up'})
CONF
    start_server "$scratch/log" dnsdist --supervised --disable-syslog -C "$scratch/dnsdist.conf"
}

# CoreDNS reads no manifests, so it serves the zone file, which costs it less than its kubernetes plugin would.
start_coredns() {
    cat >"$scratch/Corefile.coredns" <<CONF
cluster.local:$1 {
    bind 127.0.0.1
    file $scratch/zone
}
CONF
    start_server "$scratch/log" coredns -conf "$scratch/Corefile.coredns"
}

title() {
    case $1 in
        before-*) echo "before: $(title "${1#before-}")" ;;
        floor) echo "floor (C, fixed answer)" ;;
        knot) echo "Knot $(PATH=$PATH:/usr/sbin knotd --version | sed 's/.*version //')" ;;
        clusterdns) echo "ClusterDns (AOT)" ;;
        whole) echo "ClusterDns (AOT), plugins of kubeadm's Corefile" ;;
        api) echo "ClusterDns (AOT), the same from an API server" ;;
        cached) echo "ClusterDns (AOT), from the cache" ;;
        unbound) echo "Unbound $(PATH=$PATH:/usr/sbin unbound -V | awk 'NR == 1 { print $2 }'), from the cache" ;;
        dnsmasq) echo "dnsmasq $(PATH=$PATH:/usr/sbin dnsmasq --version | awk 'NR == 1 { print $3 }'), from the cache" ;;
        dnsdist) echo "dnsdist $(dnsdist --version | awk 'NR == 1 { print $2 }'), forwarding each" ;;
        forward) echo "ClusterDns (AOT), forwarding each" ;;
        coredns) echo "CoreDNS (file plugin)" ;;
    esac
}

# peer_program COMMAND DEBIAN_PACKAGE: whether it is there, or was installed where the script may.
peer_program() {
    [[ $install == yes ]] && require "$1" "$2"
    have "$1"
}

is_there() {
    case $1 in
        before-*) [[ -x $before ]] ;;
        floor) true ;;
        knot) peer_program knotd knot ;;
        unbound) peer_program unbound unbound ;;
        dnsmasq) peer_program dnsmasq dnsmasq-base ;;
        dnsdist) peer_program dnsdist dnsdist ;;
        clusterdns | whole | cached | forward) [[ -x $clusterdns ]] ;;
        api) [[ -x $clusterdns ]] && have dotnet ;;
        coredns) have coredns ;;
        *) die "no such peer: $1" ;;
    esac
}

missing() {
    case $1 in
        knot | unbound | dnsdist) echo "$1 is left out: apt-get install $1 (or start this with --install)" ;;
        dnsmasq) echo "dnsmasq is left out: apt-get install dnsmasq-base (or start this with --install)" ;;
        clusterdns | whole | api | cached | forward) echo "ClusterDns is left out: deploy/build.sh (api also needs dotnet)" ;;
        coredns) echo "CoreDNS is left out: not on the PATH" ;;
    esac
}

present=()
for peer in ${peers:-floor knot clusterdns whole api cached unbound dnsmasq forward dnsdist coredns}; do
    if is_there "$peer"; then present+=("$peer"); else missing "$peer" >&2; continue; fi
    case $peer in
        clusterdns | whole | api | cached | forward) [[ -z $before ]] || present+=("before-$peer") ;;
    esac
done

# One turn: start, first answer (which must be the right one), idle memory, a second of warming up, the measurement.
turn() {
    local peer=$1 port first idle expected=NOERROR
    port=$(free_port)
    case $peer in
        before-*) clusterdns=$before "start_${peer#before-}" "$port" ;;
        *) "start_$peer" "$port" ;;
    esac
    first=$("$out_dir/firstanswer" "$port" "$probe_name") || { cat "$scratch/log" >&2; die "$peer does not answer"; }
    [[ ${first#* } == "$probe_address" ]] || die "$peer answers ${first#* } for $probe_name, not $probe_address"
    sleep 1
    idle=$(resident_kb "$server_pid")
    run_dnsperf "$port" "$queries" 1 "$scratch/warm" -q "$outstanding"
    measure "$port" "$queries" "$seconds" "$scratch/report" -q "$outstanding"
    [[ $workload == mixed ]] && expected='NOERROR|NXDOMAIN'
    if [[ $peer != floor ]] && grep 'Response codes:' "$scratch/report" | grep -oE '[A-Z]+ [0-9]' | grep -qvE "^($expected) "; then
        cat "$scratch/report" >&2
        die "$peer answered with an unexpected response code"
    fi
    echo "$peer $qps $cpu_us $idle $(resident_kb "$server_pid") $answered $lost $others_percent" >>"$scratch/rows"
    stop_server
}

for ((round = 1; round <= rounds; round++)); do
    for peer in "${present[@]}"; do
        echo "round $round of $rounds: $peer" >&2
        turn "$peer"
    done
done

# column PEER FIELD: that figure of each round, one a line.
column() { awk -v peer="$1" -v field="$2" '$1 == peer { print $field }' "$scratch/rows"; }

# The ratio is taken within a round, whose turns saw the same neighbours, and only then the median.
ratios() { paste <(column "$1" 3) <(column "$2" 3) | awk 'NF == 2 { printf "%.3f\n", $1 / $2 }'; }
ratio() { ratios "$1" floor | median; }

# The median of the ratios to the earlier executable, and between which half of them is.
against_before() {
    ratios "$1" "before-$1" | sort -g | awk '{ all[NR] = $1 } END {
        printf "%.3f [%.3f–%.3f]", NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2, all[int((NR + 3) / 4)], all[int((3 * NR + 1) / 4)] }'
}

result=$out_dir/run-$(date +%Y%m%d-%H%M%S).md
{
    echo "Workload $workload, $outstanding outstanding, $rounds rounds of $seconds s, medians${realtime:+, real-time priority}. $(machine)."
    echo
    echo "| server | queries/s | CPU µs a query [range] | ÷ floor | RSS idle MB | RSS after MB | lost | others on core % |"
    echo "|---|---|---|---|---|---|---|---|"
    for peer in "${present[@]}"; do
        printf '| %s | %.0f | %.2f [%.2f–%.2f] | %s | %.1f | %.1f | %s of %s | %.1f |\n' "$(title "$peer")" \
            "$(column "$peer" 2 | median)" "$(column "$peer" 3 | median)" \
            "$(column "$peer" 3 | sort -g | head -n 1)" "$(column "$peer" 3 | sort -g | tail -n 1)" \
            "$(ratio "$peer" | awk '{ printf "%.2f", $1 }')" \
            "$(column "$peer" 4 | median | awk '{ print $1 / 1024 }')" "$(column "$peer" 5 | median | awk '{ print $1 / 1024 }')" \
            "$(column "$peer" 7 | awk '{ n += $1 } END { print n }')" "$(column "$peer" 6 | awk '{ n += $1 } END { print n }')" \
            "$(column "$peer" 8 | median)"
    done
    for peer in "${present[@]}"; do
        [[ $peer == before-* ]] || continue
        printf '\n%s: CPU a query is %s times that of before (quartiles).\n' \
            "$(title "${peer#before-}")" "$(against_before "${peer#before-}")"
    done
} | tee "$result"
echo "written to ${result#"$root_dir"/}" >&2
