using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Errors;

/// <summary>Reports the failures of the links below.</summary>
/// <param name="next">The link below.</param>
/// <param name="reports">Where they are reported.</param>
internal sealed class ErrorsHandler(PluginHandler next, ErrorReports reports) : SurroundingHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "errors";

    /// <inheritdoc/>
    protected override void After(QueryContext context)
    {
        if (context.Response.Failure is { } failure)
        {
            reports.Report(context, failure);
        }
    }
}
