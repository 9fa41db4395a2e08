using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Common;

/// <summary>A zone that can be transferred whole: what a plugin that is an authority for it offers to the transfer plugin of its block.</summary>
internal interface IZoneSource
{
    /// <summary>The zone.</summary>
    Zone Zone { get; }

    /// <summary>Whether everything in it is known.</summary>
    bool IsReady { get; }

    /// <summary>The serial of its SOA, which counts seconds since 1970: when it last changed.</summary>
    uint Serial { get; }

    /// <summary>Its SOA.</summary>
    /// <param name="serial">The serial that it is to say.</param>
    ResponseRecord CreateAuthority(uint serial);

    /// <summary>
    /// All its other records, in no order and each as it is when it is reached; any thread may read, and take its time. Records have
    /// owner names of their own, uncompressed.
    /// </summary>
    IEnumerable<ResponseRecord> ReadRecords();
}
