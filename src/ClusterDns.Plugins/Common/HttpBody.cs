using System.Buffers;
using ClusterDns.Core.Http;

namespace ClusterDns.Plugins.Common;

/// <summary>Writes bodies.</summary>
internal static class HttpBody
{
    /// <summary>Writes a body.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="exchange">The request.</param>
    public static void CopyTo(this ReadOnlySpan<byte> body, HttpExchange exchange) => exchange.Body.Write(body);
}
