using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Autopath;

/// <summary>Searches for names on behalf of clients, by the search path that they would go along.</summary>
public sealed class AutopathPlugin : Plugin<AutopathOptions>
{
    /// <summary>The word in place of a file if the kubernetes plugin provides the clients' search paths.</summary>
    public const string ClusterSource = "@kubernetes";

    /// <summary>The resolv.conf of the host, whose domains kubelet adds to those of a Pod's cluster.</summary>
    private const string HostFile = "/etc/resolv.conf";

    private static readonly Token NoSource = new("", default);

    /// <inheritdoc/>
    public override string Name => "autopath";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <summary>The zones of the last directive count, and the last plugin named with '@' before any file.</summary>
    protected override IOptionsReader<AutopathOptions> Options { get; } = new OptionsReader<AutopathOptions>(new AutopathOptions([], NoSource))
        .Zones(static (options, zones) => options with { Zones = zones })
        .Words("RESOLV-CONF", 1, 1, static (options, line, words) => options with { Source = Choose(line, options.Source, words[0]) });

    private static bool IsPlugin(Token source) => source.Text.StartsWith('@');

    private static Token Choose(DirectiveReader line, Token earlier, Token later)
    {
        if (earlier == NoSource)
        {
            return later;
        }

        (Token kept, Token replaced) = IsPlugin(earlier) && !IsPlugin(later) ? (earlier, later) : (later, earlier);
        line.Warn(replaced.Place, $"'{replaced}' of autopath has no effect: '{kept}' counts ({kept.Place})");
        return kept;
    }

    /// <inheritdoc/>
    protected override void Build(AutopathOptions options, BlockBuilder builder)
    {
        if (IsPlugin(options.Source))
        {
            builder.Use((next, wiring) => CreateForPlugin(next, options, wiring));
        }
        else if (ReadFile(options.Source, builder) is { } path)
        {
            builder.Use(next => new AutopathHandler(next, options, path, builder.Environment.Metrics));
        }
    }

    private static PluginHandler CreateForPlugin(PluginHandler next, AutopathOptions options, BlockWiring wiring)
    {
        string name = options.Source.Text[1..];
        if (wiring.All<ISearchPathSource>().FirstOrDefault(source => string.Equals(source.Plugin, name, StringComparison.Ordinal)) is { } source)
        {
            return new AutopathHandler(next, options, source.CreatePath(ReadHostDomains(options.Source, wiring)), wiring.Environment.Metrics);
        }

        if (!string.Equals(options.Source.Text, ClusterSource, StringComparison.Ordinal))
        {
            wiring.Diagnostics.Warning(
                options.Source.Place,
                $"autopath has no effect: no plugin '{name}' of this server block knows search paths, use '{ClusterSource}' or a file like {HostFile}");
        }

        // Where kubernetes is there and could not be built, that has been reported.
        else if (!wiring.Diagnostics.HasErrors)
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
