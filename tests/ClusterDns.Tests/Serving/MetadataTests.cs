using ClusterDns.Core.Wire;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

/// <summary>What plugins tell about a query, in a whole server.</summary>
public sealed class MetadataTests
{
    [Fact]
    public void ALineTellsWhatPluginsBelowSayAndInTheZonesOnly()
    {
        ServerKit kit = new("""
            . {
                log . "{name} {/log/type} {/log/class} {/forward/upstream}"
                metadata v4only.test
                dns64 {
                    allow_ipv4
                }
                hosts {
                    192.0.2.81 www.v4only.test www.example.net
                }
            }
            """);

        Assert.Equal("NOERROR\nwww.v4only.test. 600 AAAA 64:ff9b::c000:251", kit.Ask("www.v4only.test.", RecordType.AAAA));
        kit.Ask("www.example.net.");

        Assert.Equal(
            ["[INFO] www.v4only.test. NOERROR success -", "[INFO] www.example.net. - - -"],
            kit.Log.Where(static line => line.StartsWith("[INFO] www.", StringComparison.Ordinal)), StringComparer.Ordinal);
    }
}
