namespace ClusterDns.Core.Records;

/// <summary>A part of rdata that has one form on the wire and one in text.</summary>
internal enum RdataField : byte
{
    /// <summary>A domain name.</summary>
    Name,

    /// <summary>Domain names up to the end, or none.</summary>
    Names,

    /// <summary>An 8-bit number.</summary>
    UInt8,

    /// <summary>A 16-bit number.</summary>
    UInt16,

    /// <summary>A 32-bit number.</summary>
    UInt32,

    /// <summary>A 64-bit number.</summary>
    UInt64,

    /// <summary>A 32-bit number of seconds, whose text may have units.</summary>
    Seconds,

    /// <summary>A 32-bit time of a signature (RFC 4034 section 3.2).</summary>
    SignatureTime,

    /// <summary>A record type.</summary>
    Type,

    /// <summary>An 8-bit number of a DNSSEC algorithm, whose text may be a mnemonic (RFC 4034 appendix A.1).</summary>
    Algorithm,

    /// <summary>A 16-bit certificate type, whose text may be a mnemonic (RFC 4398 section 2.1).</summary>
    CertificateType,

    /// <summary>An 8-bit scheme of DSYNC, whose text may be a mnemonic (RFC 9859 section 2.1).</summary>
    SynchronizationScheme,

    /// <summary>An IPv4 address.</summary>
    IPv4Address,

    /// <summary>An IPv6 address.</summary>
    IPv6Address,

    /// <summary>A 48-bit hardware address (RFC 7043 section 3.2).</summary>
    Eui48,

    /// <summary>A 64-bit hardware address (RFC 7043 section 4.2).</summary>
    Eui64,

    /// <summary>A 64-bit ILNP locator or node identifier (RFC 6742 section 2.1.2).</summary>
    Locator64,

    /// <summary>A length octet and as many octets (RFC 1035 3.3).</summary>
    CharacterString,

    /// <summary>As <see cref="CharacterString"/>, or nothing, at the end.</summary>
    OptionalCharacterString,

    /// <summary>One character string or more, up to the end.</summary>
    CharacterStrings,

    /// <summary>A length octet and as many letters and digits, at least one (RFC 8659 section 4.1).</summary>
    Tag,

    /// <summary>Octets up to the end, in text as one string of any length.</summary>
    LongString,

    /// <summary>One octet or more up to the end, in text as hexadecimal digits.</summary>
    Hexadecimal,

    /// <summary>As <see cref="Hexadecimal"/>, in text after <c>0x</c> and with dots anywhere (RFC 1706 section 6).</summary>
    PrefixedHexadecimal,

    /// <summary>A length octet and as many octets, in text as hexadecimal digits, or as <c>-</c> (RFC 5155 section 3.3).</summary>
    Salt,

    /// <summary>A length octet and as many octets, at least one, in text as base32hex digits (RFC 5155 section 3.3).</summary>
    Hash,

    /// <summary>One octet or more up to the end, in text as base64 digits.</summary>
    Base64,

    /// <summary>As <see cref="Base64"/>, or nothing.</summary>
    OptionalBase64,

    /// <summary>Octets up to the end, in text as base64 digits, or as <c>-</c>.</summary>
    Base64OrDash,

    /// <summary>A bitmap of record types up to the end (RFC 4034 section 4.1.2).</summary>
    TypeBitmap,

    /// <summary>A place on the earth (RFC 1876 section 2).</summary>
    Location,

    /// <summary>Address prefixes up to the end, or none (RFC 3123 section 4).</summary>
    AddressPrefixes,

    /// <summary>Gateway type, algorithm and gateway (RFC 4025 section 2.1).</summary>
    Gateway,

    /// <summary>Discovery bit, relay type and relay (RFC 8777 section 4.2).</summary>
    Relay,

    /// <summary>Two lengths and an algorithm, host identity tag, and public key (RFC 8005 section 5).</summary>
    HostIdentity,

    /// <summary>Parameters of a service up to the end, or none (RFC 9460 section 2.2).</summary>
    ServiceParameters,
}
