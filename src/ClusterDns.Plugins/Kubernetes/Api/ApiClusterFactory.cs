using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Kubernetes.Api.Access;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Options;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes.Api;

/// <summary>Makes what options ask for.</summary>
internal static class ApiClusterFactory
{
    /// <summary>The cluster of some options, taken over from another configuration or server block that asked for the same.</summary>
    /// <param name="options">The options.</param>
    /// <param name="indexOptions">What is held of the cluster.</param>
    /// <param name="context">The server block.</param>
    /// <param name="environment">The environment variables.</param>
    /// <param name="pings">How dead connections are found out.</param>
    /// <exception cref="SecondClusterException">A reload asks for another cluster, and memory does not allow it.</exception>
    /// <exception cref="ApiAccessException">The client has nothing to be let in with; the message says what is missing.</exception>
    public static ApiCluster Get(
        ApiServerOptions options,
        ClusterIndexOptions indexOptions,
        PluginBuildContext context,
        Func<string, string?> environment,
        ConnectionPings pings)
    {
        ApiServerOptions resolved = Resolve(options, context);
        IApiAccess access = CreateAccess(resolved, context, environment);
        access.Check();
        ILogger logger = context.LoggerFactory.CreateLogger("plugin/kubernetes");
        return context.Resources.Get((resolved, indexOptions), () => CreateCluster(resolved, indexOptions, access, context, pings, logger));
    }

    private static ApiCluster CreateCluster(
        ApiServerOptions options, ClusterIndexOptions indexOptions, IApiAccess access, PluginBuildContext context, ConnectionPings pings, ILogger logger)
    {
        if (context.IsReload)
        {
            SecondClusterException.ThrowIfNoRoom(context.Memory);
        }

        return new ApiCluster(
            new ApiClient(
                access,
                new RequestLimiter(options.QueriesPerSecond, options.Burst, options.MaxInFlight, context.TimeProvider),
                tls => ApiTransport.Create(tls, pings),
                new ApiMetrics(context.Metrics),
                context.TimeProvider),
            indexOptions,
            context.TimeProvider,
            context.Guard,
            context.NextSeed(),
            context.Memory[MemoryTable.Cluster],
            logger);
    }

    /// <summary>The same options under different roots are different ones.</summary>
    private static ApiServerOptions Resolve(ApiServerOptions options, PluginBuildContext context)
    {
        string ResolveFile(string path) => path.Length > 0 ? context.ResolvePath(path) : "";
        return options with
        {
            Kubeconfig = options.Kubeconfig is { } file ? context.ResolvePath(file) : null,
            Tls = options.Tls is { } tls
                ? new TlsFiles(ResolveFile(tls.Certificate), ResolveFile(tls.Key), ResolveFile(tls.Authority))
                : null,
        };
    }

    private static IApiAccess CreateAccess(ApiServerOptions options, PluginBuildContext context, Func<string, string?> environment)
    {
        if (options.Kubeconfig is { } file)
        {
            return new KubeconfigAccess(file, options.Context, context.Files, context.TimeProvider, context.StartChild);
        }

        return options.Endpoint is not null && ApiServerOptionsParser.TryCreateUri(options, out Uri? server)
            ? new EndpointAccess(server!, options.Tls, context.Files)
            : new InClusterAccess(environment, context.Files);
    }
}
