using ClusterDns.Core.Wire;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

/// <summary>Aliases that lead out of the cluster's zone are followed through the whole server.</summary>
public sealed class ExternalNameTests : IDisposable
{
    private readonly string _manifest = Path.GetTempFileName() + ".yaml";

    public ExternalNameTests() => File.WriteAllText(_manifest, """
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: mirror, namespace: shop }
        spec: { type: ExternalName, externalName: www.example.net }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: nowhere, namespace: shop }
        spec: { type: ExternalName, externalName: nowhere.example.org }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: ping, namespace: shop }
        spec: { type: ExternalName, externalName: pong.shop.svc.other.local }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: pong, namespace: shop }
        spec: { type: ExternalName, externalName: ping.shop.svc.cluster.local }
        """);

    public void Dispose() => File.Delete(_manifest);

    [Fact]
    public void TheTargetIsAskedWhereTheServerAnswersIt()
        => Assert.Equal(
            "NOERROR\nmirror.shop.svc.cluster.local. 5 CNAME www.example.net.\nwww.example.net. 3600 A 192.0.2.80",
            CreateKit().Ask("mirror.shop.svc.cluster.local."));

    [Fact]
    public void ATargetThatNobodyAnswersLeavesTheAliasAlone()
        => Assert.Equal(
            "NOERROR\nnowhere.shop.svc.cluster.local. 5 CNAME nowhere.example.org.",
            CreateKit().Ask("nowhere.shop.svc.cluster.local."));

    [Fact]
    public void ATypeThatTheTargetHasNotLeavesTheAliasAlone()
        => Assert.Equal(
            "NOERROR\nmirror.shop.svc.cluster.local. 5 CNAME www.example.net.",
            CreateKit().Ask("mirror.shop.svc.cluster.local.", RecordType.AAAA));

    [Fact]
    public void TwoClustersThatPointAtEachOtherEnd()
    {
        string answer = CreateKit().Ask("ping.shop.svc.cluster.local.");

        Assert.StartsWith("NOERROR\nping.shop.svc.cluster.local. 5 CNAME pong.shop.svc.other.local.", answer, StringComparison.Ordinal);
        Assert.Equal(9, answer.Split('\n').Count(static line => line.Contains("CNAME", StringComparison.Ordinal)));
    }

    private ServerKit CreateKit() => new($$"""
        cluster.local {
            kubernetes {
                manifests {{_manifest}}
            }
        }
        other.local {
            kubernetes {
                manifests {{_manifest}}
            }
        }
        example.net {
            hosts {
                192.0.2.80 www.example.net
            }
        }
        """);
}
