using System.Collections.Concurrent;
using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Server.Hosting;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Hosting;

/// <summary>The order in which one model takes the place of another.</summary>
public sealed class DnsServerTests : IAsyncDisposable
{
    private static readonly ListenEndpoint Place = new(Transport.Dns, IPAddress.Loopback, 0);

    private readonly ConcurrentQueue<string> _events = new();
    private readonly DnsServer _server = new(TestServices.Create());

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Services_of_the_old_model_stop_when_the_new_one_serves()
    {
        await ApplyAsync(Model("old", "a", "b"));
        await ApplyAsync(Model("new", "c", "d"));

        Assert.Equal(
            ["a starts, nobody serves", "b starts, nobody serves", "c starts, old serves", "d starts, old serves", "b stops, new serves", "a stops, new serves"],
            _events, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Failed_start_of_a_service_stops_what_was_started_and_nothing_of_the_old_model()
    {
        await ApplyAsync(Model("old", "a"));
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ApplyAsync(Model("new", "c", "failing", "d")));

        Assert.Equal("failing cannot start", failure.Message);
        Assert.Equal(
            ["a starts, nobody serves", "c starts, old serves", "failing starts, old serves", "failing stops, old serves", "c stops, old serves"],
            _events, StringComparer.Ordinal);
        Assert.Equal("old", Serving());
    }

    private Task ApplyAsync(ServerModel model) => _server.ApplyAsync(model, CancellationToken.None, CancellationToken.None);

    private ServerModel Model(string name, params string[] services) => new()
    {
        Listeners = [new ListenerModel(Place, new ListenerOptionSet(), [], new NamedPipeline(name))],
        Services = [.. services.Select(service => new RecordingService(this, service))],
        HttpEndpoints = [],
        Resources = new SharedResources().CreateScope(),
        ContentHash = name,
    };

    private string Serving() => _server.Listeners.TryGetValue(Place, out DnsListener? listener) ? ((NamedPipeline)listener.Pipeline).Name : "nobody";

    private sealed class NamedPipeline(string name) : IQueryPipeline
    {
        private readonly ScriptedPipeline _pipeline = new();

        public string Name => name;

        public ValueTask<bool> HandleAsync(
            Exchange exchange, int length, TransportProtocol transport, in NetworkEndpoint local, in NetworkEndpoint remote, IWaitGate? waitGate)
            => _pipeline.HandleAsync(exchange, length, transport, in local, in remote, waitGate);
    }

    private sealed class RecordingService(DnsServerTests tests, string name) : IHostService
    {
        public ValueTask StartAsync(CancellationToken cancellationToken)
        {
            tests._events.Enqueue($"{name} starts, {tests.Serving()} serves");
            return string.Equals(name, "failing", StringComparison.Ordinal) ? throw new InvalidOperationException("failing cannot start") : ValueTask.CompletedTask;
        }

        public ValueTask StopAsync(CancellationToken cancellationToken)
        {
            tests._events.Enqueue($"{name} stops, {tests.Serving()} serves");
            return ValueTask.CompletedTask;
        }
    }
}
