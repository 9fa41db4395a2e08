using ClusterDns.Core.Metrics;
using ClusterDns.Server.Http;
using Microsoft.AspNetCore.Connections;

namespace ClusterDns.Tests.Http;

public class HttpConnectionsTests
{
    private readonly Counter _closed = new MetricRegistry().Counter("closed_total", "Closed.");
    private readonly HttpConnections _connections;

    public HttpConnectionsTests() => _connections = new HttpConnections(2, _closed);

    [Fact]
    public void TheOneThatHasRestedLongestMakesRoom()
    {
        Client first = Connect();
        Client second = Connect();
        first.Connection.Begin();
        first.Connection.End();
        Client third = Connect();
        Client fourth = Connect();

        Assert.Equal([true, true, false, false], [first.IsAborted, second.IsAborted, third.IsAborted, fourth.IsAborted]);
        Assert.Equal(2, _connections.Count);
        Assert.Equal(2, _closed.Value);
    }

    [Fact]
    public void OneThatIsBusyStaysWhileAnotherRests()
    {
        Client busy = Connect();
        busy.Connection.Begin();
        Client resting = Connect();
        Connect();

        Assert.False(busy.IsAborted);
        Assert.True(resting.IsAborted);
    }

    [Fact]
    public void WhereAllAreBusyTheOneThatAskedFirstGoes()
    {
        Client first = Connect();
        Client second = Connect();
        first.Connection.Begin();
        second.Connection.Begin();
        Connect();

        Assert.True(first.IsAborted);
        Assert.False(second.IsAborted);
    }

    [Fact]
    public async Task WhatHasEndedTakesNoRoom()
    {
        Client first = Connect();
        Client second = Connect();
        first.Ended.SetResult();
        await first.Running;
        Connect();
        second.Ended.SetException(new IOException("cut"));
        await Assert.ThrowsAsync<IOException>(() => second.Running);

        Assert.False(second.IsAborted);
        Assert.Equal(1, _connections.Count);
        Assert.Equal(0, _closed.Value);
    }

    [Fact]
    public async Task OneThatWasClosedMayEndItsRequestAndTakesNoRoomAgain()
    {
        Client first = Connect();
        Connect();
        Connect();
        first.Connection.End();
        first.Ended.SetResult();
        await first.Running;

        Assert.Equal(2, _connections.Count);
    }

    private Client Connect()
    {
        Client client = new();
        client.Running = _connections.RunAsync(client, _ => client.Ended.Task);
        return client;
    }

    private sealed class Client : DefaultConnectionContext
    {
        public bool IsAborted { get; private set; }

        public TaskCompletionSource Ended { get; } = new();

        public Task Running { get; set; } = Task.CompletedTask;

        public HttpConnection Connection => Features.Get<HttpConnection>()!;

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }
}
