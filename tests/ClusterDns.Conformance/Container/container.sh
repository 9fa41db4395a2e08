# What a container runtime does for the image, without one. Sourced by the scenarios of ContainerTests, in mount, network and
# process namespaces of their own, as root; all that is made here ends with them.
# shellcheck shell=bash
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

# network FIRST: loopback alone, with the first port that takes no capability (containerd 1.x: 1024, 2.x: 0).
network() {
    ip link set lo up
    echo "$1" >/proc/sys/net/ipv4/ip_unprivileged_port_start
}

# image ROOT EXECUTABLE: the final stage's file system with the Corefile from standard input; no home, no temporary folder.
image() {
    local root=$1 executable=$2
    mkdir "$root"
    mount -t tmpfs tmpfs "$root"
    mkdir -p "$root"/{etc/coredns,proc}
    ldd "$executable" | grep -o '/[^ ]*' | xargs cp --parents -L -t "$root"
    ldconfig -p | sed -nE 's/.*=> (.*lib(ssl|crypto)\.so\.3)$/\1/p' | xargs cp --parents -L -t "$root"
    cp "$executable" "$root/clusterdns"
    setcap cap_net_bind_service=ep "$root/clusterdns"
    echo 'nameserver 192.0.2.1' >"$root/etc/resolv.conf"
    cat >"$root/etc/coredns/Corefile"
    mount -t proc proc "$root/proc"
}

# run ROOT KEPT CAPABILITIES: becomes the server as runc starts it: read-only, uid 65532, no new privileges, the environment of the
# image's base, the capabilities but not as ambient ones, and none but KEPT within reach.
run() {
    local root=$1 kept=$2 capabilities=$3 dropped
    dropped=$(capsh --print | sed -n 's/^Bounding set =//p' | tr , '\n' | grep -vx "$kept" | paste -sd,)
    mount -o remount,ro "$root"
    exec env -i PATH=/usr/sbin:/sbin ASPNETCORE_HTTP_PORTS=8080 DOTNET_RUNNING_IN_CONTAINER=true \
        capsh --chroot="$root" --drop="$dropped" --keep=1 --gid=65532 --groups= --uid=65532 --caps="$capabilities" \
        --no-new-privs --shell=/clusterdns -- -conf /etc/coredns/Corefile
}

# start ROOT: runs the server with what the manifests grant, and waits until it serves; sets server to its process.
start() {
    local line output
    exec {output}< <(run "$1" cap_net_bind_service cap_net_bind_service=ep)
    server=$!
    until [[ ${line:-} == linux/* ]]; do
        read -r line <&"$output"
        echo "$line"
    done
}

# ask SERVER NAME [OPTION...]: what dig finds.
ask() { dig @"$1" "$2" +short +time=10 +tries=1 "${@:3}"; }

# get ADDRESS PORT PATH: what is there over HTTP.
get() {
    local connection
    exec {connection}<>"/dev/tcp/$1/$2"
    printf 'GET %s HTTP/1.0\r\n\r\n' "$3" >&"$connection"
    sed '1,/^\r$/d' <&"$connection"
    echo
}

# status FIELD: of the server's process.
status() { grep "^$1:" "/proc/$server/status" | tr -s '\t' ' '; }
