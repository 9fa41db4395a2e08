using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Common;

/// <summary>Makes what a plugin's own question gave the answer to the client's.</summary>
internal static class InternalAnswer
{
    /// <summary>
    /// Takes everything but the records, in place of what the client's response held. AD is not set, since the plugin changes what was
    /// authentic.
    /// </summary>
    /// <param name="response">The client's response.</param>
    /// <param name="query">The plugin's question, which has been answered or has failed.</param>
    /// <param name="plugin">The plugin's name.</param>
    /// <returns>Whether it is an answer, with records to come.</returns>
    public static bool TryTake(Response response, Query query, string plugin)
    {
        Response found = query.Response;
        bool isForOneQuery = response.IsUncacheable || found.IsUncacheable;
        response.Reset();
        response.IsUncacheable = isForOneQuery;
        if (found.Status == ResponseStatus.Failed)
        {
            response.Fail(found.Plugin ?? plugin, found.Code, found.Failure);
        }
        else
        {
            response.Answer(plugin, found.Code, found.Authoritative);
            response.RecursionAvailable = found.RecursionAvailable;
            response.Truncated = found.Truncated;
        }

        response.TakeOptions(found);
        return found.Status != ResponseStatus.Failed;
    }

    /// <summary>Adds its records.</summary>
    /// <param name="response">The client's response.</param>
    /// <param name="query">The plugin's question, which lives as long as the client's query.</param>
    public static void AddRecords(Response response, Query query)
    {
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            response[section].TryAppend(query, section);
        }
    }
}
