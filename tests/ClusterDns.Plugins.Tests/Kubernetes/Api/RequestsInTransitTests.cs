using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

/// <summary>What keeps the clock of these tests from running ahead of the network.</summary>
public sealed class RequestsInTransitTests
{
    [Fact]
    public async Task A_request_is_in_transit_until_its_response_begins()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        using RequestsInTransit transit = new(server);
        TaskCompletionSource held = new();
        server.Hold = request => request.Path is FakeApiServer.Services ? held.Task : Task.CompletedTask;
        await using ApiKit kit = new ApiKit(server).Start();

        await kit.UntilAsync(() => server.Watches.Count == 2 && server.HeldCount == 1 && transit.Count == 1);
        held.SetResult();
        await kit.UntilAsync(() => server.Watches.Count == 3 && server.HeldCount == 0 && transit.Count == 0);
    }
}
