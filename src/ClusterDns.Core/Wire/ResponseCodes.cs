namespace ClusterDns.Core.Wire;

/// <summary>Mnemonics of response codes; those without one are written RCODE and a number.</summary>
public static class ResponseCodes
{
    private static readonly MnemonicTable Table = new(
        "RCODE",
        4095,
        [
            ((ushort)ResponseCode.NoError, "NOERROR"),
            ((ushort)ResponseCode.FormErr, "FORMERR"),
            ((ushort)ResponseCode.ServFail, "SERVFAIL"),
            ((ushort)ResponseCode.NXDomain, "NXDOMAIN"),
            ((ushort)ResponseCode.NotImp, "NOTIMP"),
            ((ushort)ResponseCode.Refused, "REFUSED"),
            ((ushort)ResponseCode.YXDomain, "YXDOMAIN"),
            ((ushort)ResponseCode.YXRRSet, "YXRRSET"),
            ((ushort)ResponseCode.NXRRSet, "NXRRSET"),
            ((ushort)ResponseCode.NotAuth, "NOTAUTH"),
            ((ushort)ResponseCode.NotZone, "NOTZONE"),
            ((ushort)ResponseCode.DsoTypeNotImplemented, "DSOTYPENI"),
            ((ushort)ResponseCode.BadVers, "BADVERS"),
            ((ushort)ResponseCode.BadKey, "BADKEY"),
            ((ushort)ResponseCode.BadTime, "BADTIME"),
            ((ushort)ResponseCode.BadMode, "BADMODE"),
            ((ushort)ResponseCode.BadName, "BADNAME"),
            ((ushort)ResponseCode.BadAlg, "BADALG"),
            ((ushort)ResponseCode.BadTrunc, "BADTRUNC"),
            ((ushort)ResponseCode.BadCookie, "BADCOOKIE"),
        ]);

    /// <summary>The longest text that <see cref="TryWriteText"/> writes, in bytes.</summary>
    public const int MaxTextLength = 16;

    /// <summary>The mnemonic, such as <c>NOERROR</c>; without one the number, such as <c>RCODE12</c>.</summary>
    public static string ToText(ResponseCode code) => Table.ToText((ushort)code);

    /// <summary>Reads a mnemonic in any case, or the numbered form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ResponseCode code)
    {
        bool known = Table.TryParse(text, out ushort value);
        code = (ResponseCode)value;
        return known;
    }

    /// <summary>Writes what <see cref="ToText"/> gives as ASCII, without allocation.</summary>
    /// <returns>False when <paramref name="destination"/> is too short.</returns>
    public static bool TryWriteText(ResponseCode code, Span<byte> destination, out int written) =>
        Table.TryWriteText((ushort)code, destination, out written);
}
