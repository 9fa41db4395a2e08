#!/bin/sh
# Assigns the addresses of the node's DNS server to this node, and removes them on SIGTERM, so that queries reach the cluster's DNS
# Service again. The addresses are exempted from connection tracking, because kube-proxy would redirect traffic to the Service's
# address.
#   node-addresses.sh ADDRESS...
set -eu
[ $# -gt 0 ] || { echo "usage: node-addresses.sh ADDRESS..." >&2; exit 2; }

# rule WHAT TABLE CHAIN MATCH...: adds or removes one rule; does nothing if the rule already exists, or is already gone.
rule() {
    what=$1 table=$2
    shift 2
    if [ "$what" = add ]; then
        "$iptables" -w -t "$table" -C "$@" 2>/dev/null || "$iptables" -w -t "$table" -I "$@"
    else
        ! "$iptables" -w -t "$table" -C "$@" 2>/dev/null || "$iptables" -w -t "$table" -D "$@"
    fi
}

rules() {
    for protocol in udp tcp; do
        rule "$1" raw PREROUTING -d "$address" -p "$protocol" --dport 53 -j NOTRACK
        rule "$1" raw OUTPUT -d "$address" -p "$protocol" --dport 53 -j NOTRACK
        rule "$1" raw OUTPUT -s "$address" -p "$protocol" --sport 53 -j NOTRACK
        rule "$1" filter INPUT -d "$address" -p "$protocol" --dport 53 -j ACCEPT
        rule "$1" filter OUTPUT -s "$address" -p "$protocol" --sport 53 -j ACCEPT
    done
}

# choose ADDRESS: sets the variables for its address family.
choose() {
    case $1 in
        *:*) iptables=ip6tables address=$1/128 ;;
        *) iptables=iptables address=$1/32 ;;
    esac
}

remove() {
    for one in "$@"; do
        choose "$one"
        rules remove
        [ -z "$(ip address show dev lo to "$address")" ] || ip address delete "$address" dev lo
    done
    echo "node-addresses: removed $*"
}

trap 'remove "$@"; exit 0' TERM INT
for one in "$@"; do
    choose "$one"
    # Scope host keeps it from being the source of what leaves the node.
    ip address replace "$address" dev lo scope host
    rules add
done
echo "node-addresses: added $*"

# In the background, because a shell handles signals only between commands, or in wait.
sleep infinity &
wait $!
