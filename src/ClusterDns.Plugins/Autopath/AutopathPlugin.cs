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
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override AutopathOptions? Parse(PluginParseContext context)
    {
        // The zones of the last directive count, and the last plugin named with '@' before any file.
        AutopathOptions? options = null;
        bool isValid = true;
        foreach (DirectiveSyntax directive in context.Directives)
        {
            DirectiveReader reader = new(directive, context.Diagnostics);
            isValid &= reader.ExpectNoBlock();
            if (!reader.ExpectArguments(1, int.MaxValue, "autopath [ZONES...] RESOLV-CONF"))
            {
                return null;
            }

            Token source = reader.Arguments[^1];
            isValid &= reader.TryZones(
                reader.Arguments.SkipLast(1), context.Keys.Select(static key => key.Zone).Distinct(), out IReadOnlyList<Zone> zones);
            if (options is not null)
            {
                bool keeps = IsPlugin(options.Source) && !IsPlugin(source);
                WarnOfReplacement(reader, keeps ? source : options.Source, keeps ? options.Source : source);
                source = keeps ? options.Source : source;
            }

            options = new AutopathOptions(zones, source);
        }

        return isValid ? options : null;
    }

    private static bool IsPlugin(Token source) => source.Text.StartsWith('@');

    private static void WarnOfReplacement(DirectiveReader reader, Token replaced, Token kept)
        => reader.Warn(replaced.Place, $"'{replaced}' of autopath has no effect: '{kept}' counts ({kept.Place})");

    /// <inheritdoc/>
    protected override void Build(AutopathOptions options, BlockBuilder builder)
    {
        if (string.Equals(options.Source.Text, ClusterSource, StringComparison.Ordinal))
        {
            builder.Use((next, wiring) => CreateForCluster(next, options, wiring));
        }
        else if (IsPlugin(options.Source))
        {
            builder.Diagnostics.Warning(
                options.Source.Place, $"autopath has no effect: '{options.Source}' is not known, use '{ClusterSource}' or a file like {HostFile}");
        }
        else if (ReadFile(options.Source, builder) is { } path)
        {
            builder.Use(next => new AutopathHandler(next, options, path, builder.Environment.Metrics));
        }
    }

    private static PluginHandler CreateForCluster(PluginHandler next, AutopathOptions options, BlockWiring wiring)
    {
        if (wiring.SingleOrDefault<ISearchPathSource>() is { } source)
        {
            return new AutopathHandler(next, options, source.CreatePath(ReadHostDomains(options.Source, wiring)), wiring.Environment.Metrics);
        }

        // Where kubernetes is there and could not be built, that has been reported.
        if (!wiring.Diagnostics.HasErrors)
        {
            wiring.Diagnostics.Warning(
                options.Source.Place,
                "autopath has no effect: it finds clients by the Pods of kubernetes, which needs 'pods verified' in the same server block");
        }

        return next;
    }

    private static SearchDomains? ReadFile(Token source, BlockBuilder builder)
    {
        try
        {
            List<byte[]> domains = ResolvConf.ReadSearchDomains(builder.Environment.Files.ReadAllBytes(source.Text));
            if (domains.Count > ResolvConf.MaxDomains)
            {
                builder.Diagnostics.Warning(
                    source.Place, $"'{source.Text}' has {domains.Count} search domains: only the first {ResolvConf.MaxDomains} are used");
                domains = domains[..ResolvConf.MaxDomains];
            }

            if (domains.Count > 0)
            {
                return new SearchDomains(domains);
            }

            builder.Diagnostics.Warning(
                source.Place, $"autopath has no effect: '{source.Text}' has no search domain, which is a line like 'search example.org'");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            builder.Diagnostics.Error(source.Place, $"'{source.Text}' cannot be read: {exception.Message}");
        }

        return null;
    }

    /// <summary>A host without such a file adds nothing. One whose file cannot be read may, and then clients find those names by themselves.</summary>
    private static List<byte[]> ReadHostDomains(Token source, BlockWiring wiring)
    {
        try
        {
            IFileAccess files = wiring.Environment.Files;
            List<byte[]> domains = files.GetStamp(HostFile) is null ? [] : ResolvConf.ReadSearchDomains(files.ReadAllBytes(HostFile));
            return domains[..Math.Min(domains.Count, ResolvConf.MaxHostDomains)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            wiring.Diagnostics.Warning(source.Place, $"'{HostFile}' cannot be read, and its domains are not searched: {exception.Message}");
            return [];
        }
    }
}
