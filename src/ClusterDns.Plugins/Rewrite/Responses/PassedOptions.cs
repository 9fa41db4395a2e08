using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Rewrite.Responses;

/// <summary>
/// Gives clients the EDNS options that CoreDNS gives them where a server block has rules for options: those of the upstream's message, or where
/// there is none, those of the query whose codes are in rules.
/// </summary>
/// <param name="codes">The codes that are in rules.</param>
internal sealed class PassedOptions(EdnsOptionCode[] codes)
{
    /// <summary>Adds the options to the response.</summary>
    /// <param name="query">The query, with its response.</param>
    public void Pass(Query query)
    {
        Response response = query.Response;
        bool isReceived = response.HasReceivedEdns;
        EdnsOptionReader options = new(isReceived ? response.ReceivedOptions : query.Options);
        while (options.TryRead(out EdnsOptionCode code, out ReadOnlySpan<byte> data))
        {
            if (isReceived ? !IsForOneHop(code) : codes.AsSpan().Contains(code))
            {
                response.Options.TryAdd(code, data);
            }
        }
    }

    /// <summary>Options between the server and its upstream alone (RFC 7828, RFC 7830, RFC 7873), and the one that every response passes on.</summary>
    private static bool IsForOneHop(EdnsOptionCode code)
        => code is EdnsOptionCode.Cookie or EdnsOptionCode.TcpKeepalive or EdnsOptionCode.Padding or EdnsOptionCode.ExtendedError;
}
