using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>What is said while it is not known what a cluster has.</summary>
internal static class NotReadyAnswer
{
    /// <summary>INFO-CODE 14, Not Ready (RFC 8914 section 4.15).</summary>
    private const ushort NotReady = 14;

    private static readonly ReadOnlyMemory<byte> Text = "the cluster is not known yet"u8.ToArray();

    /// <summary>Fails a response so.</summary>
    /// <param name="response">The response.</param>
    /// <param name="plugin">The plugin's name.</param>
    public static void Fail(Response response, string plugin)
    {
        response.Fail(plugin, ResponseCode.ServFail, failure: null);
        response.SetExtendedError(NotReady, Text);
    }
}
