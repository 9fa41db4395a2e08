using ClusterDns.Core.Metrics;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Api.Access;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Kubernetes.Api.Watching;
using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

public sealed class ReflectorTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_what_a_selector_selects_is_asked_for(bool hasWatchList)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        server.HasWatchList = hasWatchList;
        ClusterIndex index = new();
        ClusterIndexWriter writer = new(index, TimeProvider.System, ClusterKinds.Service);
        using ApiClient client = new(
            new EndpointAccess(new Uri(server.Url), null, new FakeFiles()),
            new RequestLimiter(5, 10, 0, TimeProvider.System),
            static tls => ApiTransport.Create(tls, ConnectionPings.Default),
            new ApiMetrics(new MetricRegistry()),
            TimeProvider.System);
        TaskCompletionSource listed = new();
        Reflector reflector = new(
            new ServiceFeed(writer, ObjectFilter.Everything) { Selector = "labelSelector=tier%3Dgold" },
            client,
            new ClusterHistory(),
            TimeProvider.System,
            new RandomSequence(1),
            NullLogger.Instance,
            () => listed.TrySetResult());
        using CancellationTokenSource stopping = new();
        Task running = reflector.RunAsync(stopping.Token);
        await listed.Task;
        await stopping.CancelAsync();
        await running;

        Assert.True(index.IsSynced);
        Assert.All(server.Requests, static request => Assert.Equal("tier=gold", request.Query["labelSelector"]));
        Assert.Contains(server.Requests, request => request.IsWatch == hasWatchList);
    }

    [Theory]
    [InlineData("9", "10", true)]
    [InlineData("10", "9", false)]
    [InlineData("10", "10", false)]
    [InlineData("a", "10", false)]
    [InlineData("9", "", false)]
    [InlineData("-9", "10", false)]
    public void A_version_is_older_where_both_are_numbers_and_it_is_less(string version, string held, bool isOlder)
        => Assert.Equal(isOlder, ClusterHistory.IsOlder(version, held));

    [Fact]
    public void Another_kube_system_ends_the_history_and_other_namespaces_do_not()
    {
        ClusterHistory history = new();
        HistoryEpoch first = history.Current;
        history.Observe("kube-system", "1");
        history.Observe("kube-system", "1");
        history.Observe("shop", "2");
        history.Observe("kube-system", "");
        Assert.Same(first, history.Current);
        Assert.False(first.Ended.IsCancellationRequested);

        history.Observe("kube-system", "2");
        Assert.NotSame(first, history.Current);
        Assert.True(first.Ended.IsCancellationRequested);
    }
}
