using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Corefiles;

/// <summary>A zone named by a Corefile: in lower case, fully qualified. Equal when the names are.</summary>
public sealed class Zone : IEquatable<Zone>
{
    internal Zone(string text, ReadOnlyMemory<byte> wire)
    {
        Text = text;
        Wire = wire;
        LabelCount = DomainName.CountLabels(wire.Span);
    }

    /// <summary>The root, which every name is in.</summary>
    public static Zone Root { get; } = new(".", new byte[] { 0 });

    /// <summary>The presentation form with its last dot, such as <c>example.org.</c> (RFC 1035, section 5.1).</summary>
    public string Text { get; }

    /// <summary>The wire form, uncompressed, in lower case, ending in the root label (RFC 1035, section 3.1).</summary>
    public ReadOnlyMemory<byte> Wire { get; }

    /// <summary>How many labels the zone has, without the root.</summary>
    public int LabelCount { get; }

    /// <inheritdoc/>
    public bool Equals(Zone? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Zone);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <summary>The presentation form.</summary>
    public override string ToString() => Text;
}
