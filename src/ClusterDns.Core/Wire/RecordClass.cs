namespace ClusterDns.Core.Wire;

/// <summary>The class of a resource record or of a question (RFC 1035 3.2.4).</summary>
public enum RecordClass : ushort
{
    /// <summary>The Internet.</summary>
    IN = 1,

    /// <summary>Chaosnet; servers answer questions about themselves here.</summary>
    CH = 3,

    /// <summary>Hesiod.</summary>
    HS = 4,

    /// <summary>No class; used by dynamic update (RFC 2136 2.4).</summary>
    NONE = 254,

    /// <summary>Any class; asked for, never stored.</summary>
    ANY = 255,
}
