using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Attack.TestKit;
using ClusterDns.Core.Wire;

namespace ClusterDns.Siege;

/// <summary>
/// The clients that the siege is not to be noticed by: one asks names of the cluster and names that are cached, one after the other, over UDP; one
/// connects over TCP for each question; one is the kubelet, which asks <c>/health</c>.
/// </summary>
/// <param name="port">The server's port.</param>
/// <param name="healthPort">The port of its probe.</param>
/// <param name="cluster">The cluster.</param>
internal sealed class HonestClients(int port, int healthPort, SiegeCluster cluster) : IDisposable
{
    /// <summary>How many names there are that the cache holds.</summary>
    public const int CachedNames = 20;

    private const int ReceiveMilliseconds = 2000;

    private static readonly IPAddress Address = IPAddress.Parse("127.0.0.88");
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = ProbePatience };

    /// <summary>The time of each question over UDP, in milliseconds; infinite when it was answered wrongly or not at all.</summary>
    public Timings Datagrams { get; } = new();

    /// <summary>The time of each question over TCP, from the connection's beginning.</summary>
    public Timings Streams { get; } = new();

    /// <summary>The time of each probe.</summary>
    public Timings Probes { get; } = new();

    /// <summary>A name that the cache holds.</summary>
    public static string CachedName(int number) => string.Create(CultureInfo.InvariantCulture, $"cached{number % CachedNames}.outside.test.");

    /// <summary>Runs all until it is over.</summary>
    public Task RunAsync(CancellationToken over) => Task.WhenAll(RunDatagramsAsync(over), RunStreamsAsync(over), RunProbesAsync(over));

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task RunDatagramsAsync(CancellationToken over)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            for (int number = 0; !over.IsCancellationRequested; number++)
            {
                Datagrams.Add(AskDatagram(number));
                Thread.Sleep(Pause);
            }

            done.SetResult();
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return done.Task;
    }

    /// <summary>A socket for each question, as resolvers have.</summary>
    private double AskDatagram(int number)
    {
        (byte[] query, byte[] address) = Choose(number);
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = ReceiveMilliseconds };
        byte[] buffer = new byte[1500];
        try
        {
            socket.Bind(new IPEndPoint(Address, 0));
            socket.Connect(IPAddress.Loopback, port);
            long start = Stopwatch.GetTimestamp();
            socket.Send(query);
            int length = socket.Receive(buffer);
            return IsRight(buffer.AsSpan(0, length), address) ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : double.PositiveInfinity;
        }
        catch (SocketException)
        {
            return double.PositiveInfinity;
        }
    }

    private async Task RunStreamsAsync(CancellationToken over)
    {
        for (int number = 0; !over.IsCancellationRequested; number++)
        {
            (byte[] query, byte[] address) = Choose(number);
            long start = Stopwatch.GetTimestamp();
            byte[]? answer = await Client.AskStreamAsync(port, query, ProbePatience, Address);
            Streams.Add(answer is not null && IsRight(answer, address) ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : double.PositiveInfinity);
            await Task.Delay(ProbePause, CancellationToken.None);
        }
    }

    private async Task RunProbesAsync(CancellationToken over)
    {
        Uri probe = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{healthPort}/health"));
        while (!over.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                using HttpResponseMessage response = await _http.GetAsync(probe, CancellationToken.None);
                Probes.Add(response.IsSuccessStatusCode ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : double.PositiveInfinity);
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                Probes.Add(double.PositiveInfinity);
            }

            await Task.Delay(ProbePause, CancellationToken.None);
        }
    }

    private (byte[] Query, byte[] Address) Choose(int number) => number % 3 == 0
        ? (Message.Query(CachedName(number), RecordType.A, number & 0xFFFF), [192, 0, 2, 1])
        : (Message.Query(cluster.NameOf(number), RecordType.A, number & 0xFFFF), cluster.AddressOf(number));

    private static bool IsRight(ReadOnlySpan<byte> answer, byte[] address)
        => answer.Length > DnsHeader.Length && Message.CodeOf(answer) == ResponseCode.NoError && answer.IndexOf(address) > 0;
}

/// <summary>Times in milliseconds. Thread-safe.</summary>
internal sealed class Timings
{
    private readonly Lock _lock = new();
    private readonly List<double> _times = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _times.Count;
            }
        }
    }

    /// <summary>The longest.</summary>
    public double Worst => Quantile(1);

    /// <summary>Adds one.</summary>
    public void Add(double time)
    {
        lock (_lock)
        {
            _times.Add(time);
        }
    }

    /// <summary>The share of those that are no longer than a limit, 0 to 1; 0 when there are none.</summary>
    public double ShareWithin(double limit)
    {
        lock (_lock)
        {
            return _times.Count == 0 ? 0 : (double)_times.Count(time => time <= limit) / _times.Count;
        }
    }

    /// <summary>A quantile, 0 to 1.</summary>
    public double Quantile(double quantile)
    {
        lock (_lock)
        {
            return _times.Count == 0 ? double.PositiveInfinity : _times.Order().ElementAt((int)Math.Min(_times.Count - 1, quantile * _times.Count));
        }
    }
}
