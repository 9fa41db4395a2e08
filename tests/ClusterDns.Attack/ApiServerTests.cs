using System.Globalization;
using ClusterDns.Attack.TestKit;

namespace ClusterDns.Attack;

/// <summary>API servers that misbehave: what is right of what they say is served, memory stays within 170 MiB, and the log says what is wrong.</summary>
public sealed class ApiServerTests
{
    private const string ServicesPath = "/api/v1/services";

    /// <summary>One text of 20 MB in an object is left out, and the objects beside it are served, by pages and by watch.</summary>
    [AttackTheory(Needs.MemoryGroup)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_object_with_an_enormous_text_does_not_keep_others_out(bool isWatch)
    {
        string enormous = Service("enormous", "10.96.5.5", new string('z', 20_000_000));
        using ScriptedApi api = new() { HasWatchList = isWatch };
        api.Services = $"{Service("first", "10.96.1.1", "")},{enormous},{Service("last", "10.96.1.3", "")}";
        if (isWatch)
        {
            api.OnRequest = async (target, connection) =>
            {
                if (!target.StartsWith(ServicesPath, StringComparison.Ordinal) || !target.Contains("sendInitialEvents", StringComparison.Ordinal))
                {
                    return false;
                }

                await connection.BeginAsync();
                foreach (string service in (string[])[Service("first", "10.96.1.1", ""), enormous, Service("last", "10.96.1.3", "")])
                {
                    await connection.ChunkAsync($$"""{"type":"ADDED","object":{{service}}}""" + "\n");
                }

                await connection.ChunkAsync("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"10","annotations":{"k8s.io/initial-events-end":"true"}}}}""" + "\n");
                await Task.Delay(Timeout.Infinite);
                return true;
            };
        }

        using AttackedServer server = await StartAsync(api);

        await server.UntilAsync(async () => string.Equals(await server.AskAsync("last.default.svc.cluster.local.", patience: TimeSpan.FromSeconds(1)), "NOERROR 10.96.1.3", StringComparison.Ordinal), "synced");
        Assert.Equal("NOERROR 10.96.1.1", await server.AskAsync("first.default.svc.cluster.local."));
        Assert.InRange(server.ResidentPeak, 0, 150);
    }

    /// <summary>Each page says that there is another one: the list is given up, and the log says why.</summary>
    [AttackFact(Needs.MemoryGroup)]
    public async Task A_list_that_never_ends_is_reported()
    {
        using ScriptedApi api = new()
        {
            OnRequest = static async (target, connection) =>
            {
                if (!target.StartsWith(ServicesPath, StringComparison.Ordinal) || target.Contains("watch=", StringComparison.Ordinal))
                {
                    return false;
                }

                await connection.RespondAsync($$$"""{"kind":"ServiceList","metadata":{"resourceVersion":"10","continue":"again"},"items":[{{{Service("good", "10.96.1.1", "")}}}]}""");
                return true;
            },
        };
        using AttackedServer server = await StartAsync(api);

        await server.UntilAsync(
            () => Task.FromResult(server.Output.Split('\n').Any(static line => line.Contains("services", StringComparison.OrdinalIgnoreCase) && (line.Contains("[WARNING]", StringComparison.Ordinal) || line.Contains("[ERROR]", StringComparison.Ordinal)))),
            "reported",
            TimeSpan.FromSeconds(90));

        server.AssertAlive();
        Assert.InRange(server.ResidentPeak, 0, 150);
    }

    /// <summary>Responses that are no lists, lines that never end, and connections that break: the server goes on asking, and syncs once the API server is sane.</summary>
    [AttackTheory(Needs.MemoryGroup)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nnope!")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"kind\":")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")]
    [InlineData("\0\0\0\0\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 429 Too Many\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n[]")]
    public async Task A_response_that_is_none_delays_the_cluster_and_no_more(string response)
    {
        int bad = 0;
        using ScriptedApi api = new()
        {
            OnRequest = async (target, connection) =>
            {
                if (!target.StartsWith(ServicesPath, StringComparison.Ordinal) || Interlocked.Increment(ref bad) > 3)
                {
                    return false;
                }

                await connection.RawAsync(response);
                connection.Dispose();
                return true;
            },
        };
        using AttackedServer server = await StartAsync(api);

        await server.UntilAsync(
            async () => string.Equals(await server.AskAsync("good.default.svc.cluster.local.", patience: TimeSpan.FromSeconds(1)), "NOERROR 10.96.1.1", StringComparison.Ordinal), "synced", TimeSpan.FromSeconds(60));

        server.AssertAlive();
    }

    /// <summary>A watch that sends a line without an end, as fast as it can.</summary>
    [AttackFact(Needs.MemoryGroup)]
    public async Task A_watch_line_without_an_end_does_not_exhaust_memory()
    {
        using ScriptedApi api = new()
        {
            OnRequest = static async (target, connection) =>
            {
                if (!target.StartsWith(ServicesPath, StringComparison.Ordinal) || !target.Contains("watch=", StringComparison.Ordinal) || target.Contains("sendInitialEvents", StringComparison.Ordinal))
                {
                    return false;
                }

                await connection.BeginAsync();
                string piece = new('x', 1 << 20);
                await connection.ChunkAsync("""{"type":"ADDED","object":{"metadata":{"name":" """);
                for (int i = 0; i < 400; i++)
                {
                    await connection.ChunkAsync(piece);
                }

                return true;
            },
        };
        using AttackedServer server = await StartAsync(api);
        await server.UntilAsync(async () => string.Equals(await server.AskAsync("good.default.svc.cluster.local.", patience: TimeSpan.FromSeconds(1)), "NOERROR 10.96.1.1", StringComparison.Ordinal), "synced");

        await Task.Delay(TimeSpan.FromSeconds(3));

        server.AssertAlive();
        Assert.Equal("NOERROR 10.96.1.1", await server.AskAsync("good.default.svc.cluster.local."));
        Assert.InRange(server.ResidentPeak, 0, 150);
    }

    private static string Service(string name, string address, string note) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"default","uid":"u-{{{name}}}","resourceVersion":"5","annotations":{"note":"{{{note}}}"}},"spec":{"clusterIP":"{{{address}}}","clusterIPs":["{{{address}}}"],"type":"ClusterIP","ports":[{"name":"http","port":80,"protocol":"TCP"}]}}""");

    private static Task<AttackedServer> StartAsync(ScriptedApi api) => AttackedServer.StartAsync(
        $".:0 {{\n bind 127.0.0.1\n errors\n kubernetes cluster.local {{\n  endpoint {api.Url}\n  startup_timeout 1s\n }}\n}}\n", Limits.Deployed);
}
