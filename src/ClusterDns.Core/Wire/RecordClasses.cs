namespace ClusterDns.Core.Wire;

/// <summary>Mnemonics of classes; classes without one are written CLASS and a number (RFC 3597 5).</summary>
public static class RecordClasses
{
    private static readonly MnemonicTable Table = new(
        "CLASS",
        ushort.MaxValue,
        [
            ((ushort)RecordClass.IN, "IN"),
            ((ushort)RecordClass.CH, "CH"),
            ((ushort)RecordClass.HS, "HS"),
            ((ushort)RecordClass.NONE, "NONE"),
            ((ushort)RecordClass.ANY, "ANY"),
        ]);

    /// <summary>The longest text that <see cref="TryWriteText"/> writes, in bytes.</summary>
    public const int MaxTextLength = 16;

    /// <summary>The mnemonic, such as <c>IN</c>; without one the number, such as <c>CLASS42</c>.</summary>
    public static string ToText(RecordClass recordClass) => Table.ToText((ushort)recordClass);

    /// <summary>Reads a mnemonic in any case, or the numbered form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RecordClass recordClass)
    {
        bool known = Table.TryParse(text, out ushort value);
        recordClass = (RecordClass)value;
        return known;
    }

    /// <summary>Writes what <see cref="ToText"/> gives as ASCII, without allocation.</summary>
    /// <returns>False when <paramref name="destination"/> is too short.</returns>
    public static bool TryWriteText(RecordClass recordClass, Span<byte> destination, out int written) =>
        Table.TryWriteText((ushort)recordClass, destination, out written);
}
