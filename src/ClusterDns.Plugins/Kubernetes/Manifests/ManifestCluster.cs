using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes.Manifests;

/// <summary>A cluster read from manifests: its index, and what keeps that in step with the files.</summary>
internal sealed class ManifestCluster : ISharedResource
{
    private readonly ManifestSource _source;
    private readonly ClusterIndexWriter _writer;

    /// <summary>Reads the manifests.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="options">What the index holds.</param>
    /// <param name="files">Where they are.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Starts the timer.</param>
    /// <param name="memory">Where the index, and what reading takes, are counted.</param>
    /// <param name="isReload">Whether another configuration runs, so that one that does not fit in memory can be refused.</param>
    /// <param name="logger">Logs reloads, and those that fail.</param>
    /// <exception cref="ManifestException">One is not a manifest.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public ManifestCluster(
        IReadOnlyList<string> paths, ClusterIndexOptions options, IFileAccess files, TimeProvider timeProvider, CallbackGuard guard,
        MemoryBudget memory, bool isReload, ILogger logger)
    {
        ClusterIndexWriter writer = new(Index, timeProvider, options.Kinds, options.EndpointPodNames, memory[MemoryTable.Cluster])
        {
            KeepsPodLabels = options.KeepsPodLabels,
        };
        _writer = writer;
        _source = new ManifestSource(
            new ManifestFiles(files, paths, options.Filter, memory[MemoryTable.Files]), objects => Replace(writer, objects, options), guard, logger);
        try
        {
            _source.Load(mayFail: isReload);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // As a hosts file, it may come later, and the source looks for it.
            Missing = exception.Message;
            Index.SetUnsyncedReason($"manifests: {exception.Message}");
        }
    }

    /// <summary>What was missing when the manifests were first read; null where all were there.</summary>
    public string? Missing { get; }

    /// <summary>What the manifests hold.</summary>
    public ClusterIndex Index { get; } = new();

    /// <inheritdoc/>
    public void Start() => _source.Start();

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _writer.EndCounting();
    }

    private static void Replace(ClusterIndexWriter writer, ManifestObjects objects, ClusterIndexOptions options)
    {
        writer.BeginRelist(ClusterKinds.Namespace);
        foreach (NamespaceObject namespaceObject in objects.Namespaces.Values)
        {
            writer.Apply(namespaceObject);
        }

        writer.EndRelist(ClusterKinds.Namespace);
        writer.BeginRelist(ClusterKinds.EndpointSlice);
        foreach (EndpointSliceObject slice in objects.EndpointSlices.Values)
        {
            writer.Apply(slice);
        }

        writer.EndRelist(ClusterKinds.EndpointSlice);
        writer.BeginRelist(ClusterKinds.Service);
        foreach (ServiceObject service in objects.Services.Values)
        {
            writer.Apply(service);
        }

        writer.EndRelist(ClusterKinds.Service);
        if (options.KeepsImports)
        {
            writer.BeginRelist(ClusterKinds.ServiceImport);
            foreach (ServiceObject import in objects.Imports.Values)
            {
                writer.ApplyImport(import);
            }

            writer.EndRelist(ClusterKinds.ServiceImport);
        }

        if (options.KeepsPods)
        {
            writer.BeginRelist(ClusterKinds.Pod);
            foreach (PodObject pod in objects.Pods.Values)
            {
                writer.Apply(pod);
            }

            writer.EndRelist(ClusterKinds.Pod);
        }
    }
}
