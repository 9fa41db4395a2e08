#!/usr/bin/env bash
# How long the published executable takes from exec to its first answer, and what it holds when idle. README.md says what the
# figures are.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'HELP'
usage: bench/start.sh [--times N] [--idle SECONDS] [--install]
  --times N        starts for each cluster (default 10)
  --idle SECONDS   how long the server idles before its memory is read (default 2)
  --install        install gcc with apt-get when it is missing
The executable is artifacts/publish/clusterdns (or $CLUSTERDNS); build it with
  deploy/build.sh
HELP
}

times=10 idle=2 install=no
while (($#)); do
    case $1 in
        --times) times=$2; shift ;;
        --idle) idle=$2; shift ;;
        --install) install=yes ;;
        -h | --help) usage; exit ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

clusterdns=${CLUSTERDNS:-$root_dir/artifacts/publish/clusterdns}
[[ -x $clusterdns ]] || { usage >&2; die "$clusterdns does not exist"; }
compile firstanswer
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# start_often SERVICES ENDPOINTS: one row for a cluster of that size.
start_often() {
    local home=$scratch/$1 port name address first attempt
    "$bench_dir/workload/generate.sh" "$home" "$1" "$2"
    read -r name address <"$home/probe"
    : >"$home/rows"
    for ((attempt = 0; attempt < times; attempt++)); do
        port=$(free_port)
        cat >"$home/Corefile" <<CONF
cluster.local:$port {
    bind 127.0.0.1
    kubernetes cluster.local {
        manifests $home/cluster.json
    }
}
CONF
        first=$("$out_dir/firstanswer" "$port" "$name" "$idle" "$clusterdns" -conf "$home/Corefile" 2>"$home/log") ||
            { cat "$home/log" >&2; die "the server does not answer"; }
        [[ $first == *" $address "* ]] || die "wrong answer: $first, not $address"
        echo "$first" >>"$home/rows"
    done
    printf '| %d Services, %d endpoints | %.0f [%.0f–%.0f] | %.1f |\n' "$1" "$(($1 * $2))" \
        "$(awk '{ print $1 }' "$home/rows" | median)" \
        "$(awk '{ print $1 }' "$home/rows" | sort -g | head -n 1)" "$(awk '{ print $1 }' "$home/rows" | sort -g | tail -n 1)" \
        "$(awk '{ print $3 / 1024 }' "$home/rows" | median)"
}

result=$out_dir/start-$(date +%Y%m%d-%H%M%S).md
{
    echo "Medians of $times starts, memory after $idle s idle. $(machine)."
    echo
    echo "| cluster | start to first answer ms [range] | RSS idle MB |"
    echo "|---|---|---|"
    start_often 10 3
    start_often 5000 10
} | tee "$result"
echo "written to ${result#"$root_dir"/}" >&2
