using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Serving;

/// <summary>
/// Turns a Corefile that has been parsed into a model that can run: options first, all of them, so that every error is known
/// before anything is made.
/// </summary>
/// <param name="environment">The world outside.</param>
/// <param name="dnsPort">The port of <c>dns://</c> keys that name none.</param>
internal sealed class ServerModelBuilder(ServerEnvironment environment, int dnsPort)
{
    /// <summary>Whether another model was built before.</summary>
    public bool IsReload { get; init; }

    /// <summary>Builds a model.</summary>
    /// <param name="document">The Corefile.</param>
    /// <param name="diagnostics">Where errors and warnings go.</param>
    /// <returns>The model, or null, with everything let go of, when there are errors.</returns>
    public ServerModel? Build(CorefileDocument document, DiagnosticBag diagnostics)
    {
        foreach (IPlugin plugin in environment.Plugins.Values)
        {
            plugin.DeclareMetrics(environment.Metrics);
        }

        List<ConfiguredBlock> configured = [.. document.Blocks.Select(block => Configure(block, diagnostics))];
        if (diagnostics.HasErrors)
        {
            return null;
        }

        ResourceScope resources = environment.Resources.CreateScope();
        try
        {
            ServerModel? model = BuildAll(document, configured, resources, diagnostics);
            if (model is null)
            {
                resources.Dispose();
            }

            return model;
        }
        catch
        {
            resources.Dispose();
            throw;
        }
    }

    private ServerModel? BuildAll(
        CorefileDocument document, List<ConfiguredBlock> configured, ResourceScope resources, DiagnosticBag diagnostics)
    {
        List<PluginBuildContext> contexts = [];
        Readiness readiness = new();
        ListenerGroups groups = new();
        foreach (ConfiguredBlock block in configured)
        {
            PluginBuildContext context = BuildPlugins(block, readiness, resources, diagnostics);
            contexts.Add(context);
            object? chain = Try("server block", block.Keys[0].Key.Place, diagnostics, () => Chain(context));
            groups.Add(block, context, (PluginHandler?)chain, diagnostics);
        }

        return diagnostics.HasErrors ? null : new ServerModel
        {
            Listeners = groups.Build(CreatePipeline),
            Services = [.. contexts.SelectMany(static context => context.Services)],
            HttpEndpoints = [.. contexts.SelectMany(static context => context.HttpEndpoints)],
            Resources = resources,
            ContentHash = document.ContentHash,
            Directives = document.Blocks.Sum(static block => block.Directives.Count),
            Debug = contexts.Exists(static context => context.Debug),
            Reload = contexts.FindLast(static context => context.Reload is not null)?.Reload,
        };
    }

    private ConfiguredBlock Configure(ServerBlockSyntax syntax, DiagnosticBag diagnostics)
    {
        List<BlockKey> keys = [];
        foreach (Token key in syntax.Keys)
        {
            if (!ServerKeyParser.TryParse(key, dnsPort, diagnostics, out IReadOnlyList<ServerKey> addresses))
            {
                continue;
            }

            if (addresses[0].Transport != Transport.Dns)
            {
                diagnostics.Error(key.Place, $"transport '{addresses[0].Transport.Scheme()}' is not supported by this version: expected dns");
                continue;
            }

            keys.AddRange(addresses.Select(address => new BlockKey(key, address)));
        }

        IReadOnlyList<ServerKey> parsed = [.. keys.Select(static key => key.Address)];
        List<(IPlugin Plugin, object Options)> plugins = [];
        List<SourcePlace> places = [];
        ILookup<string, DirectiveSyntax> directives =
            syntax.Directives.ToLookup(static directive => directive.Name.Text, StringComparer.Ordinal);
        foreach (string name in environment.PluginOrder)
        {
            if (directives.Contains(name) &&
                environment.Plugins.TryGetValue(name, out IPlugin? plugin) &&
                Try(
                    name,
                    directives[name].First().Name.Place,
                    diagnostics,
                    () => DirectiveParsing.Parse(plugin, new PluginParseContext([.. directives[name]], parsed, diagnostics))) is { } options)
            {
                plugins.Add((plugin, options));
                places.Add(directives[name].First().Name.Place);
            }
        }

        return new ConfiguredBlock(keys, plugins, places, BlockText.Of(syntax));
    }

    private PluginBuildContext BuildPlugins(
        ConfiguredBlock block, Readiness readiness, ResourceScope resources, DiagnosticBag diagnostics)
    {
        PluginBuildContext context = new()
        {
            Keys = [.. block.Keys.Select(static key => key.Address)],
            Diagnostics = diagnostics,
            LoggerFactory = environment.LoggerFactory,
            LogOutput = environment.LogOutput,
            Metrics = environment.Metrics,
            TimeProvider = environment.TimeProvider,
            Guard = environment.Guard,
            Files = environment.Files,
            Upstreams = environment.Upstreams,
            NextSeed = environment.NextSeed,
            Queries = environment.Queries,
            Readiness = readiness,
            Resources = resources,
            BlockText = block.Text,
            IsReload = IsReload,
            RequestStop = environment.RequestStop,
            Memory = environment.Memory,
            StartChild = environment.StartChild,
        };
        for (int i = 0; i < block.Plugins.Count; i++)
        {
            (IPlugin plugin, object options) = block.Plugins[i];
            int parts = context.PartCount;
            Try(plugin.Name, block.Places[i], diagnostics, () =>
            {
                plugin.Build(options, context);
                return plugin;
            });
            if (context.PartCount > parts)
            {
                context.LinkNames.Add(plugin.Name);
            }
        }

        return context;
    }

    /// <summary>Whatever a plugin throws while it is set up is an error with its place, and never the end of the process.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A plugin may throw anything; the error names the plugin and the exception.")]
    private static object? Try(string plugin, SourcePlace place, DiagnosticBag diagnostics, Func<object?> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception)
        {
            diagnostics.Error(place, $"'{plugin}' cannot be set up: {exception.GetType().Name}: {ErrorLine.Of(exception)}");
            return null;
        }
    }

    private static PluginHandler? Chain(PluginBuildContext context)
    {
        if (context.PartCount == 0)
        {
            return null;
        }

        PluginHandler chain = EndOfChain.Instance;
        for (int i = context.Links.Count - 1; i >= 0; i--)
        {
            chain = context.Links[i](chain);
        }

        return chain;
    }

    private QueryPipeline CreatePipeline(ListenEndpoint place, IEnumerable<Route> routes, IQueryObserver? unrouted)
        => new(
            place.ToString(),
            new RoutingTable(routes),
            new QueryEndMetrics(environment.Metrics),
            environment.TimeProvider,
            environment.LoggerFactory.CreateLogger("server"),
            unrouted);
}

/// <summary>A zone of a server block, and the key that named it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Address">What it says.</param>
internal sealed record BlockKey(Token Key, ServerKey Address);

/// <summary>A server block whose options have been read.</summary>
/// <param name="Keys">Its zones.</param>
/// <param name="Plugins">Its plugins in running order, each with its options.</param>
/// <param name="Places">Where each of them begins.</param>
/// <param name="Text">The block in one fixed form.</param>
internal sealed record ConfiguredBlock(
    IReadOnlyList<BlockKey> Keys,
    IReadOnlyList<(IPlugin Plugin, object Options)> Plugins,
    IReadOnlyList<SourcePlace> Places,
    string Text);
