using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClusterDns.Conformance.TestKit;

/// <summary>
/// A client that keeps some queries in flight until the server is no more: each answer is followed by the next query. It keeps which
/// of its queries were answered.
/// </summary>
internal sealed class InFlightClient : IDisposable
{
    private const int InFlight = 4;
    private const int MaxQueries = 60_000;
    private const int PrefixLength = 2;

    // Not how long anything may take, but how soon a client whose last datagrams met a closed port looks whether it is closed.
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly Socket _socket;
    private readonly bool _isStream;
    private readonly byte[] _question;
    private readonly bool[] _answered = new bool[MaxQueries + 1];
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));
    private int _sent;

    /// <summary>A client that has not begun.</summary>
    /// <param name="port">The server's port.</param>
    /// <param name="protocol">UDP or TCP.</param>
    /// <param name="name">What is asked below, in wire form: each query has a label of its own, so that none shares the upstream query of another.</param>
    public InFlightClient(int port, ProtocolType protocol, byte[] name)
    {
        _isStream = protocol == ProtocolType.Tcp;
        _socket = new Socket(AddressFamily.InterNetwork, _isStream ? SocketType.Stream : SocketType.Dgram, protocol);
        _socket.Connect(IPAddress.Loopback, port);
        _question = [.. name, 0, 1, 0, 1];
    }

    /// <summary>How many queries went out.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>How many of them were answered.</summary>
    public int Answered => _answered.AsSpan(0, Sent).Count(true);

    /// <summary>How many were not answered though one that went out later was.</summary>
    public int Lost => _answered.AsSpan(0, _answered.AsSpan(0, Sent).LastIndexOf(true) + 1).Count(false);

    /// <summary>How many answers said something else than NOERROR.</summary>
    public int Failed { get; private set; }

    /// <summary>Asks until the server has closed the port, or the connection.</summary>
    public async Task RunAsync()
    {
        try
        {
            for (int i = 0; i < InFlight; i++)
            {
                await SendAsync();
            }

            using PeriodicTimer pace = new(Pause);
            while (await ReceiveAsync())
            {
                await pace.WaitForNextTickAsync(_patience.Token);
                await SendAsync();
            }
        }
        catch (SocketException)
        {
            // The server is gone: what matters is what it answered before.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    private async Task SendAsync()
    {
        int id = Interlocked.Increment(ref _sent) - 1;
        Assert.True(id < MaxQueries, "the server does not end");
        byte[] label = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(_isStream ? 't' : 'u')}{id}"));
        byte[] query = [(byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, (byte)label.Length, .. label, .. _question];
        await _socket.SendAsync(_isStream ? [(byte)(query.Length >> 8), (byte)query.Length, .. query] : query, _patience.Token);
    }

    /// <summary>Takes an answer; false at the end of the connection.</summary>
    private async Task<bool> ReceiveAsync()
    {
        byte[]? answer = _isStream ? await ReceiveFrameAsync() : await ReceiveDatagramAsync();
        if (answer is null)
        {
            return false;
        }

        int id = (answer[0] << 8) | answer[1];
        Assert.False(_answered[id], "a query was answered twice");
        _answered[id] = true;
        Failed += (answer[3] & 15) == 0 ? 0 : 1;
        return true;
    }

    private async Task<byte[]> ReceiveDatagramAsync()
    {
        byte[] buffer = new byte[512];
        while (true)
        {
            using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(_patience.Token);
            silence.CancelAfter(Silence);
            try
            {
                return buffer[..await _socket.ReceiveAsync(buffer, silence.Token)];
            }
            catch (OperationCanceledException) when (!_patience.IsCancellationRequested)
            {
                await SendAsync();
            }
        }
    }

    private async Task<byte[]?> ReceiveFrameAsync()
    {
        byte[]? prefix = await ReadAsync(PrefixLength);
        return prefix is null ? null : await ReadAsync((prefix[0] << 8) | prefix[1]);
    }

    private async Task<byte[]?> ReadAsync(int length)
    {
        byte[] bytes = new byte[length];
        for (int read = 0; read < length;)
        {
            int got = await _socket.ReceiveAsync(bytes.AsMemory(read), _patience.Token);
            if (got == 0)
            {
                return null;
            }

            read += got;
        }

        return bytes;
    }
}
