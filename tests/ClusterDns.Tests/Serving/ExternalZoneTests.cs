using ClusterDns.Core.Wire;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

/// <summary>Names for clients outside the cluster, in a whole server.</summary>
public sealed class ExternalZoneTests : IDisposable
{
    private readonly string _manifest = Path.GetTempFileName() + ".yaml";

    public ExternalZoneTests() => File.WriteAllText(_manifest, """
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { type: LoadBalancer, clusterIP: 10.96.0.1, ports: [{ name: http, port: 80 }] }
        status: { loadBalancer: { ingress: [{ hostname: lb.example.net }] } }
        """);

    public void Dispose() => File.Delete(_manifest);

    [Fact]
    public void A_load_balancers_name_is_followed_and_metadata_tells_of_the_cluster()
    {
        ServerKit kit = new($$"""
            cluster.local example.org {
                metadata
                log . "{name} {/kubernetes/service} {/kubernetes/kind}"
                kubernetes cluster.local {
                    manifests {{_manifest}}
                }
                k8s_external example.org
            }
            example.net {
                hosts {
                    192.0.2.80 lb.example.net
                }
            }
            """);

        Assert.Equal(
            "NOERROR\nweb.shop.example.org. 5 CNAME lb.example.net.\nlb.example.net. 3600 A 192.0.2.80", kit.Ask("web.shop.example.org."));
        Assert.Equal("NOERROR\nweb.shop.example.org. 5 SRV 0 100 80 lb.example.net.", kit.Ask("web.shop.example.org.", RecordType.SRV));
        Assert.Equal("NOERROR\nweb.shop.svc.cluster.local. 5 A 10.96.0.1", kit.Ask("web.shop.svc.cluster.local."));
        Assert.Contains("[INFO] web.shop.svc.cluster.local. web svc", kit.Log, StringComparer.Ordinal);
        Assert.Contains("[INFO] web.shop.example.org. - -", kit.Log, StringComparer.Ordinal);
    }

    [Fact]
    public void Without_a_cluster_there_is_one_error()
    {
        Assert.Equal(
            "Corefile:2:3: k8s_external needs the cluster of kubernetes: expected kubernetes in the same server block",
            Assert.Single(ServerKit.FindErrors("example.org {\n  k8s_external\n}\n")));
        Assert.Contains(
            "manifests cannot be read",
            Assert.Single(ServerKit.FindErrors("example.org {\n  k8s_external\n  kubernetes cluster.local {\n    manifests /etc/passwd\n  }\n}\n")),
            StringComparison.Ordinal);
    }
}
