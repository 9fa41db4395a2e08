using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClusterDns.Attack.TestKit;

/// <summary>A Kubernetes API server over HTTP/1.1 that does as a test says; what the test says nothing about is answered as a real one would.</summary>
internal sealed class ScriptedApi : IDisposable
{
    private const string Good = """{"metadata":{"name":"good","namespace":"default","uid":"u1","resourceVersion":"5"},"spec":{"clusterIP":"10.96.1.1","clusterIPs":["10.96.1.1"],"type":"ClusterIP","ports":[{"name":"http","port":80,"protocol":"TCP"}]}}""";

    private static readonly string[] Namespaces =
        ["""{"metadata":{"name":"default","resourceVersion":"1"}}""", """{"metadata":{"name":"kube-system","uid":"ks","resourceVersion":"1"}}"""];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <summary>One that runs.</summary>
    public ScriptedApi()
    {
        _listener.Start(256);
        _ = AcceptAsync();
    }

    /// <summary>Its URL.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Whether a watch may begin with what is there.</summary>
    public bool HasWatchList { get; init; }

    /// <summary>What it does with a request, given its target; false to go on as usual.</summary>
    public Func<string, ApiConnection, Task<bool>> OnRequest { get; set; } = static (_, _) => Task.FromResult(false);

    /// <summary>What was asked.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The Services of a list, as JSON.</summary>
    public string Services { get; set; } = Good;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync();
                _ = ServeAsync(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using ApiConnection connection = new(socket);
        try
        {
            while (await connection.ReadTargetAsync() is { } target)
            {
                Requests.Enqueue(target);
                if (!await OnRequest(target, connection))
                {
                    await AnswerAsync(target, connection);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // The server has gone.
        }
    }

    private async Task AnswerAsync(string target, ApiConnection connection)
    {
        string[] items = target.StartsWith("/api/v1/services", StringComparison.Ordinal) ? [Services]
            : target.StartsWith("/api/v1/namespaces", StringComparison.Ordinal) ? Namespaces : [];
        if (target.StartsWith("/api/v1/namespaces/", StringComparison.Ordinal))
        {
            await connection.RespondAsync("""{"kind":"Namespace","metadata":{"name":"kube-system","uid":"ks","resourceVersion":"1"}}""");
        }
        else if (target.Contains("watch=", StringComparison.Ordinal))
        {
            bool isInitial = target.Contains("sendInitialEvents", StringComparison.Ordinal);
            if (isInitial && !HasWatchList)
            {
                await connection.RespondAsync("""{"kind":"Status","status":"Failure","reason":"Invalid","code":422}""", 422);
                return;
            }

            await connection.BeginAsync();
            if (isInitial)
            {
                foreach (string item in items)
                {
                    await connection.ChunkAsync($$"""{"type":"ADDED","object":{{item}}}""" + "\n");
                }

                await connection.ChunkAsync("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"10","annotations":{"k8s.io/initial-events-end":"true"}}}}""" + "\n");
            }

            await Task.Delay(Timeout.Infinite);
        }
        else
        {
            await connection.RespondAsync($$"""{"kind":"List","metadata":{"resourceVersion":"10"},"items":[{{string.Join(',', items)}}]}""");
        }
    }
}

/// <summary>A connection to a <see cref="ScriptedApi"/>.</summary>
internal sealed class ApiConnection(Socket socket) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    /// <summary>The target of the next request; null at the end.</summary>
    public async Task<string?> ReadTargetAsync()
    {
        List<byte> head = [];
        byte[] octet = new byte[1];
        while (!(head.Count >= 4 && head[^4..] is [13, 10, 13, 10]))
        {
            if (await _stream.ReadAsync(octet) == 0)
            {
                return null;
            }

            head.Add(octet[0]);
        }

        return Encoding.ASCII.GetString([.. head]).Split(' ')[1];
    }

    /// <summary>A whole response.</summary>
    public async Task RespondAsync(string body, int code = 200)
        => await RawAsync($"HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>The beginning of a response in chunks.</summary>
    public async Task BeginAsync() => await RawAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");

    /// <summary>A chunk.</summary>
    public async Task ChunkAsync(string text) => await RawAsync($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");

    /// <summary>Bytes.</summary>
    public async Task RawAsync(string text) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
