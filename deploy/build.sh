#!/usr/bin/env bash
# Publishes the server as one Native AOT executable for the processor that this runs on: OUTPUT/clusterdns. The tests run what it
# makes, and the Dockerfile ships it, so that what is shipped is what was tested.
#   deploy/build.sh [OUTPUT]     default artifacts/publish
#   REVISION=HASH                the source's revision, where there is no git to ask (in an image's build)
set -euo pipefail
output=$(realpath -m "${1:-$(dirname "$0")/../artifacts/publish}")
cd "$(dirname "$0")/.."

case $(uname -m) in
    x86_64) runtime=linux-x64 ;;
    aarch64) runtime=linux-arm64 ;;
    *)
        echo "build.sh: no Native AOT for $(uname -m), expected x86_64 or aarch64" >&2
        exit 1
        ;;
esac

options=()
[ -z "${REVISION:-}" ] || options+=("-p:SourceRevisionId=$REVISION")
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet publish src/ClusterDns -c Release -r "$runtime" -o "$output" "${options[@]}"
