using System.Runtime.InteropServices;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Upstreams;

/// <summary>A query to an upstream: a message, what is changed in it on its way, and how long it may take.</summary>
/// <param name="message">The message; its ID is replaced.</param>
/// <param name="timeout">How long one exchange may take.</param>
[StructLayout(LayoutKind.Auto)]
public readonly struct UpstreamQuery(ReadOnlyMemory<byte> message, TimeSpan timeout)
{
    private readonly ReadOnlyMemory<byte> _message = message;

    /// <summary>How long one exchange may take.</summary>
    public TimeSpan Timeout { get; init; } = timeout;

    /// <summary>How long all exchanges may take together, where a channel asks again in another way.</summary>
    public TimeSpan TotalTimeout { get; init; } = timeout;

    /// <summary>Whoever waits for the reply; null where nobody is asked whether it is still wanted.</summary>
    public IUpstreamAsker? Asker { get; init; }

    /// <summary>Whether the query checks the upstream's health. A probe over a stream has a connection of its own.</summary>
    public bool IsProbe { get; init; }

    /// <summary>The length of the message, in bytes.</summary>
    public int Length => _message.Length;

    /// <summary>Writes the message as it is sent, apart from its ID.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        _message.Span.CopyTo(destination);
    }
}
