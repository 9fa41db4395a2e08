using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Log;

/// <summary>The metadata that log provides: the kind of the response, in CoreDNS's words.</summary>
internal static class LogMetadata
{
    /// <summary>What the response says; null while there is none.</summary>
    /// <param name="query">The query.</param>
    public static string? ReadType(Query query) => query.Response.Status == ResponseStatus.None ? null : ResponseKinds.Of(query) switch
    {
        ResponseKind.NoError => "NOERROR",
        ResponseKind.NameError => "NXDOMAIN",
        ResponseKind.NoData => "NODATA",
        ResponseKind.Delegation => "DELEGATION",
        ResponseKind.ServerError => "SERVERERROR",
        ResponseKind.Meta => "META",
        _ => "OTHERERROR",
    };

    /// <summary>The class of what the response says; null while there is none.</summary>
    /// <param name="query">The query.</param>
    public static string? ReadClass(Query query) => query.Response.Status == ResponseStatus.None ? null : ResponseKinds.Of(query).ToClass() switch
    {
        ResponseClass.Success => "success",
        ResponseClass.Denial => "denial",
        _ => "error",
    };
}
