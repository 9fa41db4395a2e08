#!/usr/bin/env bash
# Writes a made-up cluster, the same at every run, and what asks about it:
#
#   cluster.json   a v1 List of Namespaces, Services and EndpointSlices, for `kubernetes … { manifests cluster.json }`
#   zone           the same names as a zone file, for servers that know no Kubernetes
#   a.queries      A of every ClusterIP Service, each once, in a mixed order (dnsperf's format)
#   mixed.queries  what pods with ndots:5 ask: 40 % A of ClusterIP Services, 20 % their AAAA (NODATA), 20 % names from the
#                  search path (NXDOMAIN), 10 % A of headless Services, 10 % SRV
#   probe          the name and the address of one ClusterIP Service
#
# usage: generate.sh DIR [SERVICES [ENDPOINTS]]
#   SERVICES   how many (default 5000; one in ten is headless), in up to 50 namespaces
#   ENDPOINTS  how many each has (default 10, at most 100, which is an EndpointSlice's size)
set -euo pipefail

out=${1:?usage: generate.sh DIR [SERVICES [ENDPOINTS]]}
services=${2:-5000}
endpoints=${3:-10}
if ((services < 10 || services > 10000 || endpoints < 1 || endpoints > 100)); then
    echo "generate.sh: 10 to 10000 services with 1 to 100 endpoints each" >&2
    exit 2
fi
mkdir -p "$out"

awk -v out="$out" -v services="$services" -v endpoints="$endpoints" '
function service_name(i)  { return sprintf("svc-%05d", i) }
function namespace(i)     { return sprintf("team-%02d", i % 50) }
function fqdn(i)          { return service_name(i) "." namespace(i) ".svc.cluster.local" }
function headless(i)      { return i % 10 == 9 }
function cluster_ip(i)    { return sprintf("10.96.%d.%d", int(i / 250), i % 250 + 1) }
function endpoint_ip(n)   { return sprintf("10.%d.%d.%d", 128 + int(n / 62500), int(n / 250) % 250, n % 250 + 1) }
function item(text)       { printf "%s%s", comma, text > manifests; comma = ",\n" }
function metadata(i)      { return sprintf("\"name\":\"%s\",\"namespace\":\"%s\"", service_name(i), namespace(i)) }

function write_service(i) {
    item(sprintf("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{%s},\"spec\":{\"type\":\"ClusterIP\",\"clusterIP\":\"%s\",\"clusterIPs\":[\"%s\"],\"ipFamilies\":[\"IPv4\"],\"ports\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"TCP\",\"targetPort\":8080}],\"selector\":{\"app\":\"%s\"}}}",
        metadata(i), headless(i) ? "None" : cluster_ip(i), headless(i) ? "None" : cluster_ip(i), service_name(i)))
}

function write_slice(i,    e, n, list) {
    for (e = 0; e < endpoints; e++) {
        n = i * endpoints + e
        list = list (e ? "," : "") sprintf("{\"addresses\":[\"%s\"],\"conditions\":{\"ready\":true,\"serving\":true,\"terminating\":false},\"nodeName\":\"node-%03d\",\"targetRef\":{\"kind\":\"Pod\",\"name\":\"%s-%d\",\"namespace\":\"%s\"}}",
            endpoint_ip(n), n % 200, service_name(i), e, namespace(i))
    }
    item(sprintf("{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":{\"name\":\"%s-x1\",\"namespace\":\"%s\",\"labels\":{\"kubernetes.io/service-name\":\"%s\"}},\"addressType\":\"IPv4\",\"endpoints\":[%s],\"ports\":[{\"name\":\"http\",\"port\":8080,\"protocol\":\"TCP\"}]}",
        service_name(i), namespace(i), service_name(i), list))
}

function write_zone(i,    e, n, host) {
    if (!headless(i)) {
        print fqdn(i) ". A " cluster_ip(i) > zone
        print "_http._tcp." fqdn(i) ". SRV 0 100 80 " fqdn(i) "." > zone
        return
    }
    for (e = 0; e < endpoints; e++) {
        n = i * endpoints + e
        host = endpoint_ip(n)
        gsub(/\./, "-", host)
        print fqdn(i) ". A " endpoint_ip(n) > zone
        print host "." fqdn(i) ". A " endpoint_ip(n) > zone
        print "_http._tcp." fqdn(i) ". SRV 0 " int(100 / endpoints) " 8080 " host "." fqdn(i) "." > zone
    }
}

function mixed_query(i, slot) {
    if (headless(i)) return fqdn(i) " A"
    if (slot < 4) return fqdn(i) " A"
    if (slot < 6) return fqdn(i) " AAAA"
    if (slot < 8) return fqdn(i) "." namespace(i) ".svc.cluster.local A"
    return "_http._tcp." fqdn(i) " SRV"
}

BEGIN {
    manifests = out "/cluster.json"; zone = out "/zone"
    printf "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n" > manifests
    print "$TTL 30\ncluster.local. SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 30" > zone
    print "cluster.local. NS ns.dns.cluster.local.\nns.dns.cluster.local. A 10.96.255.10" > zone
    for (i = 0; i < services && i < 50; i++)
        item(sprintf("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"}}", namespace(i)))
    for (i = 0; i < services; i++) {
        write_service(i); write_slice(i); write_zone(i)
        order[i] = i
    }
    print "\n]}" > manifests

    srand(4500)
    for (i = services - 1; i > 0; i--) { j = int(rand() * (i + 1)); swap = order[i]; order[i] = order[j]; order[j] = swap }
    slot = 0
    for (k = 0; k < services; k++) {
        i = order[k]
        if (!headless(i)) print fqdn(i) " A" > (out "/a.queries")
        # Headless Services are a tenth of all already, so the other kinds share the nine slots that are left.
        print mixed_query(i, slot) > (out "/mixed.queries")
        if (!headless(i)) slot = (slot + 1) % 9
    }
    print fqdn(0), cluster_ip(0) > (out "/probe")
}'
