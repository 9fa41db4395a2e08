using System.Diagnostics.CodeAnalysis;
using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Serving;

/// <summary>
/// Turns a parsed Corefile into a model that can run. It reads all options first, so that every error is reported before anything is made.
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
    /// <returns>The model, or null, with everything released, when there are errors.</returns>
    public ServerModel? Build(CorefileDocument document, DiagnosticBag diagnostics)
    {
        foreach (IPlugin plugin in environment.Plugins.Values)
        {
            plugin.DeclareMetrics(environment.Process.Metrics);
        }

        IReadOnlyList<ConfiguredBlock> configured = Configure(document, diagnostics);
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

    /// <summary>Reads the options of all plugins, and touches nothing outside the Corefile.</summary>
    /// <param name="document">The Corefile.</param>
    /// <param name="diagnostics">Where errors and warnings go.</param>
    public IReadOnlyList<ConfiguredBlock> Configure(CorefileDocument document, DiagnosticBag diagnostics)
        => [.. document.Blocks.Select(block => Configure(block, diagnostics))];

    private ServerModel? BuildAll(
        CorefileDocument document, IReadOnlyList<ConfiguredBlock> configured, ResourceScope resources, DiagnosticBag diagnostics)
    {
        PluginEnvironment process = environment.Process.ForConfiguration(IsReload);
        List<BuiltBlock> blocks = [];
        ListenerGroups groups = new();
        foreach (ConfiguredBlock block in configured)
        {
            IReadOnlyList<PlacedRoute> routes = [];
            BuiltBlock built = BuiltBlock.Build(
                new BlockParts(process, new BlockInfo([.. block.Keys.Select(static key => key.Address)], block.Text), resources, diagnostics),
                block.Plugins,
                EndOfChain.Instance,
                wiring => [.. (routes = PlacedRoute.Of(block, wiring)).Select(static route => route.Info)],
                (plugin, exception) => ReportFailure(plugin.Name, plugin.Place, exception, diagnostics));
            blocks.Add(built);
            groups.Add(routes, built, diagnostics);
        }

        return diagnostics.HasErrors ? null : new ServerModel
        {
            Listeners = groups.Build(CreatePipeline),
            Services = [.. blocks.SelectMany(static block => block.Services)],
            HttpEndpoints = [.. blocks.SelectMany(static block => block.Wiring.All<HttpEndpoint>())],
            Resources = resources,
            ContentHash = document.ContentHash,
            Directives = document.Blocks.Sum(static block => block.Directives.Count),
            Debug = blocks.Exists(static block => block.Wiring.Has<DebugLines>()),
            Reload = blocks.Select(static block => block.Wiring.SingleOrDefault<ReloadSettings>()).LastOrDefault(static reload => reload is not null),
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
        List<ConfiguredPlugin> plugins = [];
        ILookup<string, DirectiveSyntax> directives =
            syntax.Directives.ToLookup(static directive => directive.Name.Text, StringComparer.Ordinal);
        foreach (string name in environment.PluginOrder)
        {
            if (directives.Contains(name) &&
                environment.Plugins.TryGetValue(name, out IPlugin? plugin) &&
                TryParse(plugin, new PluginParseContext([.. directives[name]], parsed, diagnostics)) is { } options)
            {
                plugins.Add(new ConfiguredPlugin(plugin, options, directives[name].First().Name.Place));
            }
        }

        return new ConfiguredBlock(keys, plugins, BlockText.Of(syntax));
    }

    [SuppressMessage("Design", "CA1031", Justification = "Any exception of a plugin is reported with the plugin's name and place.")]
    private static object? TryParse(IPlugin plugin, PluginParseContext context)
    {
        try
        {
            return DirectiveParsing.Parse(plugin, context);
        }
        catch (Exception exception)
        {
            ReportFailure(plugin.Name, context.Directives[0].Name.Place, exception, context.Diagnostics);
            return null;
        }
    }

    private static void ReportFailure(string plugin, SourcePlace place, Exception exception, DiagnosticBag diagnostics)
        => diagnostics.Error(place, $"'{plugin}' cannot be set up: {exception.GetType().Name}: {ErrorLine.Of(exception)}");

    private QueryPipeline CreatePipeline(ListenEndpoint place, IEnumerable<Route> routes, IQueryObserver? unrouted)
        => new(
            place.ToString(),
            new RoutingTable(routes),
            new QueryEndMetrics(environment.Process.Metrics),
            environment.Process.Time,
            environment.Process.Loggers.CreateLogger("server"),
            unrouted);
}

/// <summary>A zone of a server block, and the key that named it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Address">What it says.</param>
internal sealed record BlockKey(Token Key, ServerKey Address);

/// <summary>A server block whose options have been read.</summary>
/// <param name="Keys">Its zones.</param>
/// <param name="Plugins">Its plugins in running order.</param>
/// <param name="Text">The block in one fixed form.</param>
internal sealed record ConfiguredBlock(IReadOnlyList<BlockKey> Keys, IReadOnlyList<ConfiguredPlugin> Plugins, string Text);

/// <summary>A zone of a server block at one of its listeners.</summary>
/// <param name="Place">The listener.</param>
/// <param name="Key">The zone, and the key that named it.</param>
/// <param name="Info">What queries may know of it.</param>
internal sealed record PlacedRoute(ListenEndpoint Place, BlockKey Key, RouteInfo Info)
{
    /// <summary>Where a block is served.</summary>
    /// <param name="block">The block.</param>
    /// <param name="wiring">What its plugins offer.</param>
    public static IReadOnlyList<PlacedRoute> Of(ConfiguredBlock block, BlockWiring wiring)
    {
        IEnumerable<IPAddress?> all = [null];
        IEnumerable<IPAddress?> addresses = wiring.SingleOrDefault<BoundAddresses>()?.Addresses ?? all;
        return [.. addresses.SelectMany(address => block.Keys.Select(key => Create(address, key, wiring.ViewName)))];
    }

    private static PlacedRoute Create(IPAddress? address, BlockKey key, string view)
    {
        ListenEndpoint place = new(key.Address.Transport, address, key.Address.Port);
        Zone zone = key.Address.Zone;
        return new PlacedRoute(place, key, new RouteInfo(place.ToString(), zone.Text, zone.Wire, view));
    }
}
