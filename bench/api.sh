#!/usr/bin/env bash
# Measures the published executable where it reads its cluster at an API server. README.md says what the figures are.
set -euo pipefail
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<'HELP'
usage: bench/api.sh memory [--cluster small|pods] [--rounds N] [--api-server NAME]
       bench/api.sh changes [--seconds N] [--changes-per-second N] [--queries-per-second N] [--watches kept|broken] [--seed N] [--api-server NAME]
       bench/api.sh cost [--seconds N] [--changes-per-second N] [--rounds N] [--api-server NAME]
  --api-server NAME   tls-watch, tls-pages, http-watch or http-pages; memory takes all in turn (default), changes the first
The executable is artifacts/publish/clusterdns (or $CLUSTERDNS); build it with
  deploy/build.sh
HELP
}

case ${1:-} in
    memory | changes | cost) ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
esac

clusterdns=${CLUSTERDNS:-$root_dir/artifacts/publish/clusterdns}
[[ -x $clusterdns ]] || { usage >&2; die "$clusterdns does not exist"; }
project=$bench_dir/ClusterDns.ApiBench
dotnet build -c Release -v q --nologo "$project" >&2
mkdir -p "$out_dir"
result=$out_dir/api-$1-$(date +%Y%m%d-%H%M%S).md
{
    echo "bench/api.sh $*. $(machine)."
    echo
    dotnet "$project/bin/Release/net10.0/ClusterDns.ApiBench.dll" "$1" --executable "$clusterdns" "${@:2}"
} | tee "$result"
echo "written to ${result#"$root_dir"/}" >&2
