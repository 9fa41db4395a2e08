using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Mnemonics of numbers within rdata.</summary>
internal static class RdataMnemonics
{
    /// <summary>DNSSEC algorithms (RFC 4034 appendix A.1, RFC 5155, 5702, 6605, 8080).</summary>
    private static readonly MnemonicTable Algorithms = new(
        "",
        byte.MaxValue,
        [
            (1, "RSAMD5"),
            (2, "DH"),
            (3, "DSA"),
            (5, "RSASHA1"),
            (6, "DSA-NSEC3-SHA1"),
            (7, "RSASHA1-NSEC3-SHA1"),
            (8, "RSASHA256"),
            (10, "RSASHA512"),
            (12, "ECC-GOST"),
            (13, "ECDSAP256SHA256"),
            (14, "ECDSAP384SHA384"),
            (15, "ED25519"),
            (16, "ED448"),
            (252, "INDIRECT"),
            (253, "PRIVATEDNS"),
            (254, "PRIVATEOID"),
        ]);

    private static readonly MnemonicTable CertificateTypes = new(
        "",
        ushort.MaxValue,
        [
            (1, "PKIX"),
            (2, "SPKI"),
            (3, "PGP"),
            (4, "IPKIX"),
            (5, "ISPKI"),
            (6, "IPGP"),
            (7, "ACPKIX"),
            (8, "IACPKIX"),
            (253, "URI"),
            (254, "OID"),
        ]);

    private static readonly MnemonicTable SynchronizationSchemes = new("", byte.MaxValue, [(1, "NOTIFY")]);

    /// <summary>The table of a field's mnemonics.</summary>
    public static MnemonicTable Of(RdataField field) => field switch
    {
        RdataField.Algorithm => Algorithms,
        RdataField.CertificateType => CertificateTypes,
        _ => SynchronizationSchemes,
    };
}
