namespace ClusterDns.Core.Wire;

/// <summary>The first part of a message that is malformed.</summary>
public enum MessageFault : byte
{
    /// <summary>No part is.</summary>
    None,

    /// <summary>Header or question section.</summary>
    Question,

    /// <summary>The answer section.</summary>
    Answer,

    /// <summary>The authority section.</summary>
    Authority,

    /// <summary>The additional section.</summary>
    Additional,

    /// <summary>Octets follow the last record.</summary>
    Trailing,
}
