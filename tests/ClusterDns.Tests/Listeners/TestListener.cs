using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Memory;
using ClusterDns.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Listeners;

/// <summary>A listener on a free port of the loopback interface, with a scripted pipeline.</summary>
internal sealed class TestListener : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come, before it fails.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<IDisposable> _clients = [];

    internal TestListener(
        ListenerOptions? options = null, TimeProvider? time = null, int waitLimit = 100, bool start = true, ILoggerFactory? loggers = null,
        Func<MetricRegistry, MemoryBudget>? memory = null, DescriptorShares? descriptors = null)
    {
        options ??= new ListenerOptions { Port = 0 };
        WaitBound = new WaitBound(waitLimit, Metrics, WaitTime);
        Listener = DnsListener.Open(
            options with { Addresses = options.Addresses.Count == 0 ? [IPAddress.Loopback] : options.Addresses },
            new ListenerServices(WaitBound, Metrics, loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System)
            {
                Memory = Memory = memory?.Invoke(Metrics) ?? MemoryBudget.CreateUnlimited(),
                Descriptors = descriptors ?? DescriptorShares.Unlimited,
            });
        if (start)
        {
            Listener.Start(Pipeline);
        }
    }

    internal MetricRegistry Metrics { get; } = new();

    internal WaitBound WaitBound { get; }

    internal MemoryBudget Memory { get; }

    /// <summary>The clock of places: queries that wait grow no older unless the test advances it.</summary>
    internal FakeTimeProvider WaitTime { get; } = new();

    internal ScriptedPipeline Pipeline { get; init; } = new();

    internal DnsListener Listener { get; }

    internal IPEndPoint Endpoint => Listener.BoundEndpoints[0];

    /// <summary>Every backend that works on this system.</summary>
    public static TheoryData<string> Backends => OperatingSystem.IsLinux()
        ? [nameof(UdpBackendKind.Native), nameof(UdpBackendKind.Managed)]
        : [nameof(UdpBackendKind.Managed)];

    internal static ListenerOptions With(string backend) => new() { Port = 0, Backend = Enum.Parse<UdpBackendKind>(backend), Workers = 2 };

    /// <summary>Waits until something is so; fails when it does not become so.</summary>
    internal static Task UntilAsync(Func<bool> condition) => Eventually.IsAsync(condition);

    internal long Count(string name, string? reason = null) => Metrics.Families
        .OfType<CounterFamily>()
        .Where(family => string.Equals(family.Name, name, StringComparison.Ordinal))
        .SelectMany(static family => family.Children)
        .Where(child => reason is null || child.LabelValues.Contains(reason, StringComparer.Ordinal))
        .Sum(static child => child.Value);

    internal UdpTestClient CreateUdpClient(IPEndPoint? server = null)
    {
        UdpTestClient client = new(server ?? Endpoint);
        _clients.Add(client);
        return client;
    }

    internal async Task<TcpTestClient> ConnectAsync(int? receiveBuffer = null, IPAddress? from = null)
    {
        TcpTestClient client = new(Endpoint.AddressFamily, receiveBuffer);
        _clients.Add(client);
        if (from is not null)
        {
            client.Socket.Bind(new IPEndPoint(from, 0));
        }

        await client.ConnectAsync(Endpoint);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(static client => client.Dispose());
        Pipeline.ReleaseAll();
        await Listener.DisposeAsync();
    }
}

/// <summary>A client that takes datagrams only from where it asked.</summary>
internal sealed class UdpTestClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65536];

    internal UdpTestClient(IPEndPoint server, IPAddress? from = null)
    {
        _socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        if (from is not null)
        {
            _socket.Bind(new IPEndPoint(from, 0));
        }

        // A connected socket gets nothing from another address than it asked.
        _socket.Connect(server);
    }

    internal void Send(string script, ushort id, int padding = 0) => Send(TestQuery.Create(script, id, padding));

    internal void Send(byte[] datagram) => _socket.Send(datagram);

    /// <summary>Whether an answer is there that was not received yet.</summary>
    internal bool HasAnswer => _socket.Available > 0;

    internal async Task<byte[]> ReceiveAsync()
    {
        int length = await _socket.ReceiveAsync(_buffer, SocketFlags.None).WaitAsync(TestListener.Patience);
        return _buffer.AsSpan(0, length).ToArray();
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>A client of a stream.</summary>
internal sealed class TcpTestClient : IDisposable
{
    internal TcpTestClient(AddressFamily family, int? receiveBuffer)
    {
        Socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            Socket.ReceiveBufferSize = size;
        }
    }

    internal Socket Socket { get; }

    internal Task ConnectAsync(IPEndPoint server) => Socket.ConnectAsync(server).WaitAsync(TestListener.Patience);

    internal Task SendAsync(string script, ushort id, int padding = 0) => SendAsync(TestQuery.Frame(TestQuery.Create(script, id, padding)));

    internal Task SendAsync(byte[] bytes) => SendBytesAsync(bytes);

    internal async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        for (int sent = 0; sent < bytes.Length;)
        {
            sent += await Socket.SendAsync(bytes[sent..], SocketFlags.None).AsTask().WaitAsync(TestListener.Patience);
        }
    }

    /// <summary>How many bytes have reached the server's socket that the server has not taken yet, of Linux's table.</summary>
    internal int CountUnreadByServer()
    {
        string client = string.Create(CultureInfo.InvariantCulture, $"0100007F:{((IPEndPoint)Socket.LocalEndPoint!).Port:X4}");
        string server = string.Create(CultureInfo.InvariantCulture, $"0100007F:{((IPEndPoint)Socket.RemoteEndPoint!).Port:X4}");
        foreach (string line in File.ReadLines("/proc/net/tcp"))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, string local, string remote, _, string queues, ..] &&
                string.Equals(local, server, StringComparison.Ordinal) && string.Equals(remote, client, StringComparison.Ordinal))
            {
                return int.Parse(queues.Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    /// <summary>The next answer; null at the end of the stream.</summary>
    internal async Task<byte[]?> ReceiveAsync()
    {
        byte[]? prefix = await ReadAsync(2);
        return prefix is null ? null : await ReadAsync((prefix[0] << 8) | prefix[1]);
    }

    /// <summary>Whether the server has ended the connection, gently or not.</summary>
    internal async Task<bool> IsClosedAsync()
    {
        try
        {
            return await ReceiveAsync() is null;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => Socket.Dispose();

    private async Task<byte[]?> ReadAsync(int length)
    {
        byte[] bytes = new byte[length];
        for (int read = 0; read < length;)
        {
            int got = await Socket.ReceiveAsync(bytes.AsMemory(read), SocketFlags.None).AsTask().WaitAsync(TestListener.Patience);
            if (got == 0)
            {
                return null;
            }

            read += got;
        }

        return bytes;
    }
}

/// <summary>A fact about IPv6, where there is any.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class IPv6TheoryAttribute : TheoryAttribute
{
    public IPv6TheoryAttribute()
    {
        try
        {
            using Socket probe = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException)
        {
            Skip = "this host has no IPv6";
        }
    }
}
