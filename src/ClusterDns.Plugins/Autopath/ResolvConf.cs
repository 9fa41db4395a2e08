using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Autopath;

/// <summary>Reads what a file like <c>/etc/resolv.conf</c> says of searching.</summary>
internal static class ResolvConf
{
    /// <summary>The most domains of one search path; kubelet gives Pods no more either.</summary>
    public const int MaxDomains = 32;

    /// <summary>How many of these a cluster leaves to the host, beside its three.</summary>
    public const int MaxHostDomains = MaxDomains - 3;

    /// <summary>
    /// The domains to search in, in wire form and lower case: those of the last <c>search</c> or <c>domain</c> line. What is not a domain
    /// name is skipped.
    /// </summary>
    /// <param name="content">The file.</param>
    public static List<byte[]> ReadSearchDomains(byte[] content)
    {
        List<byte[]> domains = [];
        foreach (string line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            domains = fields switch
            {
                ["search", .. string[] names] => [.. names.Select(Parse).OfType<byte[]>()],
                ["domain", string name, ..] => [.. ((string[])[name]).Select(Parse).OfType<byte[]>()],
                _ => domains,
            };
        }

        return domains;
    }

    private static byte[]? Parse(string name)
    {
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        if (!DomainName.TryParse(name, wire, out int length))
        {
            return null;
        }

        DomainName.ToLowerInvariant(wire[..length], wire);
        return wire[..length].ToArray();
    }
}
