namespace ClusterDns.Core.Records;

/// <summary>A part of rdata that has one form on the wire and one in text.</summary>
internal enum RdataField : byte
{
    /// <summary>A domain name.</summary>
    Name,

    /// <summary>A 16-bit number.</summary>
    UInt16,

    /// <summary>A 32-bit number.</summary>
    UInt32,

    /// <summary>A 32-bit number of seconds, whose text may have units.</summary>
    Seconds,

    /// <summary>An IPv4 address.</summary>
    IPv4Address,

    /// <summary>An IPv6 address.</summary>
    IPv6Address,

    /// <summary>A length octet and as many octets (RFC 1035 3.3).</summary>
    CharacterString,

    /// <summary>One character string or more, up to the end.</summary>
    CharacterStrings,
}
