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
    /// <param name="wiring">The server block.</param>
    /// <param name="environment">The environment variables.</param>
    /// <param name="pings">How dead connections are found out.</param>
    /// <exception cref="SecondClusterException">A reload asks for another cluster, and memory does not allow it.</exception>
    /// <exception cref="ApiAccessException">The client has nothing to be let in with; the message says what is missing.</exception>
    public static ApiCluster Get(
        ApiServerOptions options,
        ClusterIndexOptions indexOptions,
        BlockWiring wiring,
        Func<string, string?> environment,
        ConnectionPings pings)
    {
        ApiServerOptions resolved = Resolve(options, wiring);
        IApiAccess access = CreateAccess(resolved, wiring, environment);
        access.Check();
        ILogger logger = wiring.Environment.Loggers.CreateLogger("plugin/kubernetes");
        return wiring.Resources.Get((resolved, indexOptions), () => CreateCluster(resolved, indexOptions, access, wiring, pings, logger));
    }

    private static ApiCluster CreateCluster(
        ApiServerOptions options, ClusterIndexOptions indexOptions, IApiAccess access, BlockWiring wiring, ConnectionPings pings, ILogger logger)
    {
        if (wiring.Environment.IsReload)
        {
            SecondClusterException.ThrowIfNoRoom(wiring.Environment.Memory);
        }

        return new ApiCluster(
            new ApiClient(
                access,
                new RequestLimiter(options.QueriesPerSecond, options.Burst, options.MaxInFlight, wiring.Environment.Time),
                tls => ApiTransport.Create(tls, pings),
                new ApiMetrics(wiring.Environment.Metrics),
                wiring.Environment.Time),
            indexOptions,
            wiring.Environment.Time,
            wiring.Environment.Guard,
            wiring.Environment.NextSeed(),
            wiring.Environment.Memory[MemoryTable.Cluster],
            logger);
    }

    /// <summary>The same options under different roots are different ones.</summary>
    private static ApiServerOptions Resolve(ApiServerOptions options, BlockWiring wiring)
    {
        string ResolveFile(string path) => path.Length > 0 ? wiring.ResolvePath(path) : "";
        return options with
        {
            Kubeconfig = options.Kubeconfig is { } file ? wiring.ResolvePath(file) : null,
            Tls = options.Tls is { } tls
                ? new TlsFiles(ResolveFile(tls.Certificate), ResolveFile(tls.Key), ResolveFile(tls.Authority))
                : null,
        };
    }

    private static IApiAccess CreateAccess(ApiServerOptions options, BlockWiring wiring, Func<string, string?> environment)
    {
        if (options.Kubeconfig is { } file)
        {
            return new KubeconfigAccess(file, options.Context, wiring.Environment.Files, wiring.Environment.Time, wiring.Environment.StartChild);
        }

        return options.Endpoint is not null && options.TryCreateUri(out Uri? server)
            ? new EndpointAccess(server!, options.Tls, wiring.Environment.Files)
            : new InClusterAccess(environment, wiring.Environment.Files);
    }
}
