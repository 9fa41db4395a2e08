using System.Globalization;

namespace ClusterDns.Core.Corefiles;

/// <summary>One zone that a server block is for, and where it is asked. Equal when transport, zone and port are.</summary>
public sealed class ServerKey : IEquatable<ServerKey>
{
    internal ServerKey(Transport transport, Zone zone, int port)
    {
        Transport = transport;
        Zone = zone;
        Port = port;
    }

    /// <summary>How it is asked.</summary>
    public Transport Transport { get; }

    /// <summary>The zone, in lower case.</summary>
    public Zone Zone { get; }

    /// <summary>The port, 0 to 65535; 0 lets the system pick one.</summary>
    public int Port { get; }

    /// <inheritdoc/>
    public bool Equals(ServerKey? other) =>
        other is not null && Transport == other.Transport && Port == other.Port && Zone.Equals(other.Zone);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ServerKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Transport, Zone, Port);

    /// <summary>The address as CoreDNS writes it, such as <c>dns://example.org.:53</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Transport.Scheme()}://{Zone}:{Port}");
}
