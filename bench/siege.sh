#!/usr/bin/env bash
# Besieges a server: see docs/siege.md. The server runs on the first processor, everything else on the second.
#   bench/siege.sh [EXECUTABLE|coredns] [--minutes N] [--descriptors N] [--clients N] [--memory MIB]
# Without an executable it makes the Native AOT one. With more descriptors: --descriptors 20000 --clients 2000.
set -euo pipefail
cd "$(dirname "$0")/.."

executable=artifacts/publish/clusterdns
case ${1:-} in
    '' | --*) deploy/build.sh artifacts/publish ;;
    *)
        executable=$1
        shift
        ;;
esac
if ! command -v "$executable" >/dev/null; then
    echo "siege.sh: no executable '$executable': give the path of one, or install coredns" >&2
    exit 2
fi

dotnet build -c Release -v q -nologo bench/ClusterDns.Siege
driver=()
[ "$(nproc)" -lt 2 ] || driver=(taskset -c 1)
exec "${driver[@]}" dotnet bench/ClusterDns.Siege/bin/Release/net10.0/ClusterDns.Siege.dll --executable "$(realpath "$(command -v "$executable")")" "$@"
