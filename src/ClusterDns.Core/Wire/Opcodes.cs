namespace ClusterDns.Core.Wire;

/// <summary>Mnemonics of opcodes; those without one are written OPCODE and a number.</summary>
public static class Opcodes
{
    private static readonly MnemonicTable Table = new(
        "OPCODE",
        15,
        [
            ((ushort)Opcode.Query, "QUERY"),
            ((ushort)Opcode.InverseQuery, "IQUERY"),
            ((ushort)Opcode.Status, "STATUS"),
            ((ushort)Opcode.Notify, "NOTIFY"),
            ((ushort)Opcode.Update, "UPDATE"),
            ((ushort)Opcode.StatefulOperation, "DSO"),
        ]);

    /// <summary>The longest text that <see cref="TryWriteText"/> writes, in bytes.</summary>
    public const int MaxTextLength = 16;

    /// <summary>The mnemonic, such as <c>QUERY</c>; without one the number, such as <c>OPCODE3</c>.</summary>
    public static string ToText(Opcode opcode) => Table.ToText((ushort)opcode);

    /// <summary>Reads a mnemonic in any case, or the numbered form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Opcode opcode)
    {
        bool known = Table.TryParse(text, out ushort value);
        opcode = (Opcode)value;
        return known;
    }

    /// <summary>Writes what <see cref="ToText"/> gives as ASCII, without allocation.</summary>
    /// <returns>False when <paramref name="destination"/> is too short.</returns>
    public static bool TryWriteText(Opcode opcode, Span<byte> destination, out int written) =>
        Table.TryWriteText((ushort)opcode, destination, out written);
}
