using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Resources;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Kubernetes.Api.Watching;
using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes.Api;

/// <summary>A cluster watched at its API server: its index, and the reflectors that keep it in step.</summary>
internal sealed class ApiCluster : ISharedResource
{
    private readonly ApiClient _client;
    private readonly CallbackGuard _guard;
    private readonly Reflector[] _reflectors;
    private readonly ClusterIndexWriter _writer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A cluster that is not watched yet.</summary>
    /// <param name="client">Asks the server; the cluster's from now on.</param>
    /// <param name="options">What is held of the cluster.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Runs the watches.</param>
    /// <param name="seed">Where the randomness of waits begins.</param>
    /// <param name="memory">Where the index is counted; null for nowhere.</param>
    /// <param name="logger">Logs failures.</param>
    public ApiCluster(ApiClient client, ClusterIndexOptions options, TimeProvider timeProvider, CallbackGuard guard, int seed, MemoryShare? memory, ILogger logger)
    {
        _client = client;
        _guard = guard;
        ObjectFilter filter = options.Filter;
        ClusterIndexWriter writer = new(Index, timeProvider, options.Kinds, options.EndpointPodNames, memory)
        {
            KeepsPodLabels = options.KeepsPodLabels,
        };
        _writer = writer;
        ClusterHistory history = new();
        string selector = ToQuery(filter.Labels);
        List<ObjectFeed> feeds =
        [
            new NamespaceFeed(writer, filter, history) { Selector = ToQuery(filter.NamespaceLabels) },
            new ServiceFeed(writer, filter) { Selector = selector },
        ];
        if (filter.TakesEndpoints)
        {
            feeds.Add(new EndpointSliceFeed(writer, filter, client.Metrics, timeProvider) { Selector = selector });
        }

        if (options.KeepsPods)
        {
            feeds.Add(new PodFeed(writer, filter) { Selector = selector.Length > 0 ? $"{selector}&{PodFeed.Living}" : PodFeed.Living });
        }

        if (options.KeepsImports)
        {
            feeds.Add(new ServiceImportFeed(writer, filter) { Selector = selector });
        }

        _reflectors = [.. feeds.Select((feed, index) => new Reflector(
            feed, client, history, timeProvider, new RandomSequence(SplitMix64.Mix(((ulong)(uint)seed << 8) | (uint)index)), logger, OnListed) { OnFailed = OnFailed })];
    }

    /// <summary>What the cluster holds.</summary>
    public ClusterIndex Index { get; } = new();

    /// <summary>Completes when the index is synced.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Which kinds are not known yet, each with the reason; empty when the index is synced.</summary>
    public string Unsynced => Index.IsSynced
        ? ""
        : string.Join("; ", _reflectors.Select(static reflector => reflector.Problem).Where(static problem => problem.Length > 0));

    /// <summary>Whether a start has waited for it: the next one, at a reload or of another server block, does not wait again.</summary>
    public bool WasWaitedFor { get; set; }

    /// <summary>Completes when nothing runs any more; null before the start.</summary>
    internal Task? Running { get; private set; }

    /// <inheritdoc/>
    public void Start() => Running = RunAsync();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        if (Running is null)
        {
            End();
        }
    }

    private static string ToQuery(LabelSelector labels)
        => labels.Equals(LabelSelector.Everything) ? "" : "labelSelector=" + Uri.EscapeDataString(labels.ToString());

    private async Task RunAsync()
    {
        await Task.WhenAll(_reflectors.Select(
            reflector => _guard.StartLoop("kubernetes_watch", () => reflector.RunAsync(_stopping.Token), _stopping.Token)));
        End();
    }

    private void End()
    {
        _writer.EndCounting();
        _client.Dispose();
        _stopping.Dispose();
    }

    /// <summary>What is still not known, and why, after an attempt of any kind.</summary>
    private void OnFailed() => Index.SetUnsyncedReason(Unsynced);

    private void OnListed()
    {
        OnFailed();
        if (Index.IsSynced)
        {
            _synced.TrySetResult();
        }
    }
}
