namespace ClusterDns.Core.Wire;

/// <summary>How a query went: four bits of the header, twelve with EDNS (RFC 1035 4.1.1, RFC 6891 6.1.3).</summary>
public enum ResponseCode : ushort
{
    /// <summary>No error; without records, NODATA.</summary>
    NoError = 0,

    /// <summary>The query could not be read.</summary>
    FormErr = 1,

    /// <summary>The server could not answer.</summary>
    ServFail = 2,

    /// <summary>The name does not exist (RFC 2308).</summary>
    NXDomain = 3,

    /// <summary>The kind of query is not implemented.</summary>
    NotImp = 4,

    /// <summary>The server does not want to answer.</summary>
    Refused = 5,

    /// <summary>A name exists that should not (RFC 2136 2.2).</summary>
    YXDomain = 6,

    /// <summary>An RRset exists that should not (RFC 2136 2.2).</summary>
    YXRRSet = 7,

    /// <summary>An RRset does not exist that should (RFC 2136 2.2).</summary>
    NXRRSet = 8,

    /// <summary>Not authoritative, or not authorised (RFC 2136 2.2, RFC 8945).</summary>
    NotAuth = 9,

    /// <summary>A name is not within the zone (RFC 2136 2.2).</summary>
    NotZone = 10,

    /// <summary>The DSO type is not implemented (RFC 8490).</summary>
    DsoTypeNotImplemented = 11,

    /// <summary>The EDNS version is not implemented (RFC 6891 9).</summary>
    BadVers = 16,

    /// <summary>The key is not known (RFC 8945 3).</summary>
    BadKey = 17,

    /// <summary>The signature is out of the time window (RFC 8945 3).</summary>
    BadTime = 18,

    /// <summary>Bad TKEY mode (RFC 2930 2.5).</summary>
    BadMode = 19,

    /// <summary>Duplicate key name (RFC 2930 2.6).</summary>
    BadName = 20,

    /// <summary>The algorithm is not supported (RFC 2930 2.6).</summary>
    BadAlg = 21,

    /// <summary>Bad truncation of a signature (RFC 8945 3).</summary>
    BadTrunc = 22,

    /// <summary>The server cookie is missing or bad (RFC 7873 8).</summary>
    BadCookie = 23,
}
