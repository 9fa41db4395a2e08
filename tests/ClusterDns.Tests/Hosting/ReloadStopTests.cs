using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.Hosting;

/// <summary>The process stops while a reload closes a listener, one of whose queries waits for an upstream.</summary>
public sealed class ReloadStopTests : IDisposable
{
    private const int MaxQuestions = 10_000;
    private const int QuestionsMeanwhile = 500;

    private readonly ManualResetEventSlim _asked = new();
    private readonly ManualResetEventSlim _mayAnswer = new();
    private readonly ScriptedUpstream _upstream = new();

    public ReloadStopTests() => _upstream.OnStream = query =>
    {
        _asked.Set();
        _mayAnswer.Wait(TestListener.Patience);
        return [ScriptedUpstream.Answer(query)];
    };

    public void Dispose()
    {
        _mayAnswer.Set();
        _upstream.Dispose();
        _asked.Dispose();
        _mayAnswer.Dispose();
    }

    [Fact]
    public async Task TheQueryIsAnsweredFirst()
    {
        await using ReloadKit kit = await StartAsync();
        using QueryClient client = await QueryClient.ConnectAsync(ClosingEndpoint(kit), SocketType.Stream);
        Task<ReadOnlyMemory<byte>> answer = await ReloadWhileAskingAsync(kit, client);

        // Meanwhile the new configuration serves; were the listener closed at once, it would be by the end of these.
        Task stopped = kit.StopReloaderAsync(CancellationToken.None);
        for (int i = 0; i < QuestionsMeanwhile; i++)
        {
            Assert.Equal("192.0.2.9", await ReloadKit.AskAsync(kit.Server.Listeners.First().Value.BoundEndpoints[0], "www.example.org."));
        }

        Assert.False(stopped.IsCompleted);
        _mayAnswer.Set();
        Assert.Equal(ResponseCode.NoError, TestQuery.GetCode((await answer).ToArray()));
        await stopped.WaitAsync(TestListener.Patience);
        Assert.Equal(1, kit.CountLog("Reloading complete"));
    }

    [Fact]
    public async Task TheQueryIsLostWhenThereIsNoTime()
    {
        await using ReloadKit kit = await StartAsync();
        using QueryClient client = await QueryClient.ConnectAsync(ClosingEndpoint(kit), SocketType.Stream);
        Task<ReadOnlyMemory<byte>> answer = await ReloadWhileAskingAsync(kit, client);

        await kit.StopReloaderAsync(new CancellationToken(canceled: true)).WaitAsync(TestListener.Patience);
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => answer);
        Assert.True(failure is IOException or SocketException, failure.Message);
    }

    private static IPEndPoint ClosingEndpoint(ReloadKit kit) => kit.Server.Listeners[kit.Model.Listeners[1].Place].BoundEndpoints[0];

    private Task<ReloadKit> StartAsync()
        => ReloadKit.StartAsync($".:0 {{\n bind 127.0.0.1\n whoami\n}}\nclosing.example:0 {{\n bind 127.0.0.3\n forward . {_upstream.Endpoint}\n}}\n");

    private async Task<Task<ReadOnlyMemory<byte>>> ReloadWhileAskingAsync(ReloadKit kit, QueryClient client)
    {
        Task<ReadOnlyMemory<byte>> answer = client.AskAsync("www.closing.example.", RecordType.A);
        await TestListener.UntilAsync(() => _asked.IsSet);
        IPEndPoint server = kit.Endpoint;
        kit.Write(".:0 {\n bind 127.0.0.1\n hosts {\n  192.0.2.9 www.example.org\n }\n}\n");
        kit.Reloader.Request();
        for (int asked = 1; !string.Equals(await ReloadKit.AskAsync(server, "www.example.org."), "192.0.2.9", StringComparison.Ordinal); asked++)
        {
            Assert.True(asked < MaxQuestions, "the new configuration is not taken over");
        }

        return answer;
    }
}
