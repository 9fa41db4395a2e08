namespace ClusterDns.Core.Wire;

/// <summary>The kind of query, four bits of the header (RFC 1035 4.1.1).</summary>
public enum Opcode : byte
{
    /// <summary>A standard query.</summary>
    Query = 0,

    /// <summary>An inverse query, obsolete (RFC 3425).</summary>
    InverseQuery = 1,

    /// <summary>A server status request.</summary>
    Status = 2,

    /// <summary>A zone has changed (RFC 1996).</summary>
    Notify = 4,

    /// <summary>A dynamic update (RFC 2136).</summary>
    Update = 5,

    /// <summary>A stateful operation (RFC 8490).</summary>
    StatefulOperation = 6,
}
