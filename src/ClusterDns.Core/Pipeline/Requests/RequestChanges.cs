namespace ClusterDns.Core.Pipeline;

/// <summary>What links have changed in a request.</summary>
[Flags]
internal enum RequestChanges : byte
{
    /// <summary>Nothing: an upstream gets the client's bytes.</summary>
    None = 0,

    /// <summary>Fields of fixed length: flags, the UDP payload size.</summary>
    Fields = 1,

    /// <summary>The question.</summary>
    Question = 2,

    /// <summary>EDNS options.</summary>
    Options = 4,

    /// <summary>EDNS was added to a request without it.</summary>
    EdnsAdded = 8,
}
