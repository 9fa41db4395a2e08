using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>What is said while it is not known what a cluster has.</summary>
internal static class NotReadyAnswer
{
    /// <summary>INFO-CODE 14, Not Ready (RFC 8914 section 4.15).</summary>
    private const ushort NotReady = 14;

    private const string Problem = "the state of the cluster is not complete yet";

    private static readonly byte[] Text = CreateText("");

    /// <summary>The text of the extended error, no longer than one may be here.</summary>
    /// <param name="reason">Why; empty where that is not known.</param>
    public static byte[] CreateText(string reason)
    {
        const int longest = byte.MaxValue;
        byte[] text = Encoding.UTF8.GetBytes(reason.Length == 0 ? Problem : $"{Problem}: {reason}");
        int length = Math.Min(text.Length, longest);
        while (length < text.Length && (text[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return text[..length];
    }

    /// <summary>Fails a response so.</summary>
    /// <param name="response">The response.</param>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="text">What <see cref="CreateText"/> gave; empty where the reason is not known.</param>
    public static void Fail(Response response, string plugin, ReadOnlyMemory<byte> text = default)
    {
        response.Fail(plugin, ResponseCode.ServFail, failure: null);
        response.SetExtendedError(NotReady, text.IsEmpty ? Text : text.Span);
    }
}
