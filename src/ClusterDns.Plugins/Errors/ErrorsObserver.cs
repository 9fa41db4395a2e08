using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Errors;

/// <summary>Reports why queries failed. An exception out of a plugin is not among it: the pipeline logs that.</summary>
/// <param name="reports">Where they are reported.</param>
internal sealed class ErrorsObserver(ErrorReports reports) : IQueryObserver
{
    /// <inheritdoc/>
    public void OnEnd(Query query, QueryEnd outcome)
    {
        if (query.Response.Failure is { } failure)
        {
            reports.Report(query, failure);
        }
    }
}
