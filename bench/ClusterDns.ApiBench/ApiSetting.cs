using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

namespace ClusterDns.ApiBench;

/// <summary>How an API server is asked.</summary>
/// <param name="IsSecure">By HTTP/2 over TLS, as real ones are; else by HTTP/1.1 without it.</param>
/// <param name="HasWatchList">By a watch that begins with what is there, which new servers have; else in pages.</param>
internal sealed record ApiSetting(bool IsSecure, bool HasWatchList)
{
    /// <summary>All that there are.</summary>
    public static IReadOnlyList<ApiSetting> All { get; } = [new(true, true), new(true, false), new(false, true), new(false, false)];

    /// <summary>Its name on the command line.</summary>
    public string Name => $"{(IsSecure ? "tls" : "http")}-{(HasWatchList ? "watch" : "pages")}";

    /// <inheritdoc/>
    public override string ToString() => $"{(IsSecure ? "HTTP/2, TLS" : "HTTP/1.1")}, {(HasWatchList ? "watch" : "pages")}";

    /// <summary>Starts the API server.</summary>
    /// <param name="cluster">What it serves.</param>
    /// <param name="certificates">Its certificate.</param>
    public Task<LoopbackApiServer> StartAsync(SampleCluster cluster, TestCertificates certificates)
        => LoopbackApiServer.StartAsync(cluster.Kinds, IsSecure ? certificates.Server : null, HasWatchList);

    /// <summary>Writes a Corefile, and the certificate of the authority beside it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="port">The port to serve on; 0 for one that the system picks.</param>
    /// <param name="url">The API server's.</param>
    /// <param name="certificates">Its certificate.</param>
    /// <param name="options">Further options of the plugin, a line each.</param>
    /// <returns>The Corefile's path.</returns>
    public string WriteCorefile(string folder, int port, string url, TestCertificates certificates, string options)
    {
        string authority = Path.Combine(folder, "ca.crt");
        File.WriteAllText(authority, certificates.Authority);
        string corefile = Path.Combine(folder, "Corefile");
        File.WriteAllText(corefile, string.Create(CultureInfo.InvariantCulture, $$"""
            cluster.local:{{port}} in-addr.arpa:{{port}} {
                bind 127.0.0.1
                errors
                kubernetes cluster.local in-addr.arpa {
                    endpoint {{url}}
                    {{(IsSecure ? $"tls \"\" \"\" {authority}" : "")}}
                    startup_timeout 60s
                    {{options}}
                }
            }

            """));
        return corefile;
    }
}
