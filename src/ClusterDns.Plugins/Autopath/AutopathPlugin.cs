using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Autopath;

/// <summary>Searches for names on behalf of clients, by the search path that they would go along.</summary>
public sealed class AutopathPlugin : Plugin<AutopathOptions>
{
    /// <summary>What stands in place of a file where the kubernetes plugin knows the clients' search paths.</summary>
    public const string ClusterSource = "@kubernetes";

    /// <summary>The resolv.conf of the host, whose domains kubelet adds to those of a Pod's cluster.</summary>
    private const string HostFile = "/etc/resolv.conf";

    /// <inheritdoc/>
    public override string Name => "autopath";

    /// <inheritdoc/>
    protected override AutopathOptions? Parse(PluginParseContext context)
    {
        DirectiveReader reader = new(context.Directives[0], context.Diagnostics);
        if (!(DirectiveReader.ExpectOnce(context.Directives, context.Diagnostics) &
            reader.ExpectNoBlock() &
            reader.ExpectArguments(1, int.MaxValue, "autopath [ZONES...] RESOLV-CONF")))
        {
            return null;
        }

        Token source = reader.Arguments[^1];
        bool isRight = reader.TryZones(
            reader.Arguments.SkipLast(1), context.Keys.Select(static key => key.Zone).Distinct(), out IReadOnlyList<Zone> zones);
        isRight &= !source.Text.StartsWith('@') || reader.TryChoice(source, [ClusterSource], out _);
        return isRight ? new AutopathOptions(zones, source) : null;
    }

    /// <inheritdoc/>
    protected override void Build(AutopathOptions options, PluginBuildContext context)
    {
        if (string.Equals(options.Source.Text, ClusterSource, StringComparison.Ordinal))
        {
            context.AddLink(next => CreateForCluster(next, options, context));
        }
        else if (ReadFile(options.Source, context) is { } path)
        {
            context.AddLink(next => new AutopathHandler(next, options, path, context.Metrics));
        }
    }

    /// <summary>The cluster is known when the links are made: the kubernetes plugin stands below, and builds later.</summary>
    private static PluginHandler CreateForCluster(PluginHandler next, AutopathOptions options, PluginBuildContext context)
    {
        if (context.GetOffers<ISearchPathSource>().FirstOrDefault() is { } source)
        {
            return new AutopathHandler(next, options, source.CreatePath(ReadHostDomains(options.Source, context)), context.Metrics);
        }

        // Where kubernetes is there and could not be built, that has been said.
        if (!context.Diagnostics.HasErrors)
        {
            context.Diagnostics.Error(
                options.Source.Place,
                "autopath knows clients by the Pods of kubernetes, expected kubernetes with 'pods verified' in the same server block");
        }

        return next;
    }

    private static SearchDomains? ReadFile(Token source, PluginBuildContext context)
    {
        try
        {
            List<byte[]> domains = ResolvConf.ReadSearchDomains(context.Files.ReadAllBytes(source.Text));
            if (domains.Count is > 0 and <= ResolvConf.MaxDomains)
            {
                return new SearchDomains(domains);
            }

            context.Diagnostics.Error(
                source.Place,
                domains.Count == 0
                    ? $"'{source.Text}' names no domain to search in, expected a line like 'search example.org'"
                    : $"'{source.Text}' names {domains.Count} domains to search in, expected at most {ResolvConf.MaxDomains}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Diagnostics.Error(source.Place, $"'{source.Text}' cannot be read: {exception.Message}");
        }

        return null;
    }

    /// <summary>A host without such a file adds nothing. One whose file cannot be read may, and then clients find those names by themselves.</summary>
    private static List<byte[]> ReadHostDomains(Token source, PluginBuildContext context)
    {
        try
        {
            List<byte[]> domains = context.Files.GetStamp(HostFile) is null ? [] : ResolvConf.ReadSearchDomains(context.Files.ReadAllBytes(HostFile));
            return domains[..Math.Min(domains.Count, ResolvConf.MaxHostDomains)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Diagnostics.Warning(source.Place, $"'{HostFile}' cannot be read, and its domains are not searched: {exception.Message}");
            return [];
        }
    }
}
