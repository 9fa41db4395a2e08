using System.Text;
using System.Text.Json;
using ClusterDns.Core.Metrics;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Kubernetes.Api.Watching;
using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>The plugin over an index that is told of objects as an API server's reflectors tell it, without the server.</summary>
internal sealed class FedCluster
{
    private readonly Dictionary<string, ObjectFeed> _feeds = new(StringComparer.Ordinal);
    private readonly ObjectFilter _filter;

    /// <param name="options">The plugin's options.</param>
    public FedCluster(RandomOptions options)
    {
        Kit = options.Create([]);
        ClusterIndex index = Kit.Wiring.All<ClusterOffer>().Single().Index;
        ClusterIndexOptions held = options.Parse().Index;
        _filter = held.Filter;
        ClusterIndexWriter writer = new(index, Kit.Time, held.Kinds, held.EndpointPodNames);
        Add(ClusterKinds.Namespace, new NamespaceFeed(writer, _filter, new ClusterHistory()));
        Add(ClusterKinds.Service, new ServiceFeed(writer, _filter));
        Add(ClusterKinds.EndpointSlice, new EndpointSliceFeed(writer, _filter, new ApiMetrics(new MetricRegistry()), Kit.Time));
        Add(ClusterKinds.Pod, new PodFeed(writer, _filter));
        Add(ClusterKinds.ServiceImport, new ServiceImportFeed(writer, _filter));

        void Add(ClusterKinds kind, ObjectFeed feed)
        {
            if (held.Kinds.HasFlag(kind))
            {
                _feeds.Add(kind.ToString(), feed);
            }
        }
    }

    public PluginKit Kit { get; }

    /// <summary>The kinds that are watched.</summary>
    public IReadOnlyCollection<string> Kinds => _feeds.Keys;

    public void BeginRelist(string kind) => _feeds[kind].BeginRelist();

    public void EndRelist(string kind) => _feeds[kind].EndRelist();

    /// <summary>Lists all objects of all kinds.</summary>
    public FedCluster List(IEnumerable<ClusterObject> objects)
    {
        ILookup<string, ClusterObject> byKind = objects.ToLookup(static one => one.Kind, StringComparer.Ordinal);
        foreach (string kind in Kinds)
        {
            BeginRelist(kind);
            foreach (ClusterObject one in byKind[kind])
            {
                Tell(one);
            }

            EndRelist(kind);
        }

        return this;
    }

    /// <summary>Tells of an object; of one that the selectors do not take, as a server does, that it is gone.</summary>
    public void Tell(ClusterObject one, bool isDeleted = false)
    {
        LabelSelector selector = one.Kind is "Namespace" ? _filter.NamespaceLabels : _filter.Labels;
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(one.Json));
        reader.Read();
        Assert.True(_feeds[one.Kind].TryApply(ref reader, isDeleted || !selector.Matches(one.FindLabel), out _));
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal(0, reader.CurrentDepth);
    }
}
