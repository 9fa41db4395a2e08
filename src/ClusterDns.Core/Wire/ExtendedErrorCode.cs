namespace ClusterDns.Core.Wire;

/// <summary>The INFO-CODE of an extended DNS error (RFC 8914 4).</summary>
public enum ExtendedErrorCode : ushort
{
    /// <summary>None of the others.</summary>
    Other = 0,

    /// <summary>The key's algorithm is not supported.</summary>
    UnsupportedDnskeyAlgorithm = 1,

    /// <summary>The digest's type is not supported.</summary>
    UnsupportedDsDigestType = 2,

    /// <summary>The answer is older than its TTL.</summary>
    StaleAnswer = 3,

    /// <summary>The answer was made up, by policy.</summary>
    ForgedAnswer = 4,

    /// <summary>Validation ended undecided.</summary>
    DnssecIndeterminate = 5,

    /// <summary>Validation failed.</summary>
    DnssecBogus = 6,

    /// <summary>A signature has expired.</summary>
    SignatureExpired = 7,

    /// <summary>A signature is not valid yet.</summary>
    SignatureNotYetValid = 8,

    /// <summary>No DNSKEY matches the DS.</summary>
    DnskeyMissing = 9,

    /// <summary>A signature is missing.</summary>
    RrsigsMissing = 10,

    /// <summary>No DNSKEY is a zone key.</summary>
    NoZoneKeyBitSet = 11,

    /// <summary>The proof of absence is missing.</summary>
    NsecMissing = 12,

    /// <summary>A failure, repeated from the cache.</summary>
    CachedError = 13,

    /// <summary>The server is not ready, such as before its first synchronisation.</summary>
    NotReady = 14,

    /// <summary>On a block list of the server.</summary>
    Blocked = 15,

    /// <summary>On a block list imposed on the server.</summary>
    Censored = 16,

    /// <summary>On a block list the client asked for.</summary>
    Filtered = 17,

    /// <summary>The client has no right.</summary>
    Prohibited = 18,

    /// <summary>A negative answer older than its TTL.</summary>
    StaleNxdomainAnswer = 19,

    /// <summary>The server is not an authority for the name.</summary>
    NotAuthoritative = 20,

    /// <summary>The operation is not supported.</summary>
    NotSupported = 21,

    /// <summary>No authority could be reached.</summary>
    NoReachableAuthority = 22,

    /// <summary>The network failed.</summary>
    NetworkError = 23,

    /// <summary>The server's zone data cannot be used.</summary>
    InvalidData = 24,
}
