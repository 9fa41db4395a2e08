#!/bin/sh
# Gives this node the addresses that its own DNS server listens on, and takes them away when it is told to stop, so that queries go
# to the cluster's DNS Service again. Connection tracking is left out for them, since kube-proxy would send what goes to the
# Service's address elsewhere.
#   node-addresses.sh ADDRESS...
set -eu
[ $# -gt 0 ] || { echo "usage: node-addresses.sh ADDRESS..." >&2; exit 2; }

# rule WHAT TABLE CHAIN MATCH...: adds or removes one rule; one that is there already, or gone already, is well.
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

# choose ADDRESS: sets what belongs to its family.
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

# In the background, since a shell hears signals only between commands, or in wait.
sleep infinity &
wait $!
