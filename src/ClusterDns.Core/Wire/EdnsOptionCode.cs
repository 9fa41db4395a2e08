namespace ClusterDns.Core.Wire;

/// <summary>Codes of EDNS options (IANA, DNS EDNS0 option codes).</summary>
public enum EdnsOptionCode : ushort
{
    /// <summary>Long-lived queries (RFC 8764).</summary>
    LongLivedQuery = 1,

    /// <summary>NSID: which of many servers answered (RFC 5001).</summary>
    NameServerIdentifier = 3,

    /// <summary>DAU: DNSSEC algorithms that are understood (RFC 6975).</summary>
    DnssecAlgorithmUnderstood = 5,

    /// <summary>DHU: DS hashes that are understood (RFC 6975).</summary>
    DsHashUnderstood = 6,

    /// <summary>N3U: NSEC3 hashes that are understood (RFC 6975).</summary>
    Nsec3HashUnderstood = 7,

    /// <summary>The subnet for whose clients the answer is (RFC 7871).</summary>
    ClientSubnet = 8,

    /// <summary>When the zone expires (RFC 7314).</summary>
    Expire = 9,

    /// <summary>Cookies of client and server (RFC 7873).</summary>
    Cookie = 10,

    /// <summary>How long an idle TCP connection stays (RFC 7828).</summary>
    TcpKeepalive = 11,

    /// <summary>Padding of encrypted messages (RFC 7830).</summary>
    Padding = 12,

    /// <summary>The chain of trust (RFC 7901).</summary>
    Chain = 13,

    /// <summary>Tags of trusted keys (RFC 8145).</summary>
    KeyTag = 14,

    /// <summary>Why a response is as it is (RFC 8914).</summary>
    ExtendedError = 15,

    /// <summary>The agent to report errors to (RFC 9567).</summary>
    ReportChannel = 18,

    /// <summary>The zone's version (RFC 9660).</summary>
    ZoneVersion = 19,
}
