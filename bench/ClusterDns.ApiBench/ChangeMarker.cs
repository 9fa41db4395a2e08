using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;
using ClusterDns.Soak;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.ApiBench;

/// <summary>
/// Tells how far a server is with the changes of one kind. Changes come in order, so when it answers the marker as it was changed, it knows of
/// everything before. In a list there is no such order: a marker counts when it has changed after the last list.
/// </summary>
internal sealed class ChangeMarker
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly ServedKind _kind;
    private readonly bool _isSlice;
    private readonly string _name;
    private readonly int _place;
    private readonly ConcurrentQueue<(long Version, long Timestamp)> _told = new();
    private readonly List<double> _delays = [];
    private long _confirmed;

    /// <summary>A marker.</summary>
    /// <param name="cluster">The cluster that it is in from now on; nobody watches it yet.</param>
    /// <param name="isSlice">Whether it marks the changes of EndpointSlices; else those of Services.</param>
    public ChangeMarker(SampleCluster cluster, bool isSlice)
    {
        _isSlice = isSlice;
        _name = isSlice ? "marker-slice" : "marker-service";
        _kind = isSlice ? cluster.Slices : cluster.Services;
        if (isSlice)
        {
            cluster.Services.Add(ObjectTexts.Service(ChangingForm.Space, _name, version: 900));
        }

        _place = _kind.Add(Render(900));
    }

    /// <summary>The version that the server is known to have reached.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    /// <summary>The version of the last change of the kind.</summary>
    public long Version => _kind.Version;

    /// <summary>How long each change of the marker took until it was answered, in milliseconds, in order of length.</summary>
    public double[] Delays
    {
        get
        {
            lock (_delays)
            {
                return [.. _delays.Order()];
            }
        }
    }

    /// <summary>Changes it.</summary>
    public void Change() => _kind.Change(_place, version =>
    {
        _told.Enqueue((version, Stopwatch.GetTimestamp()));
        return Render(version);
    });

    /// <summary>Asks for it again and again.</summary>
    /// <param name="server">The server.</param>
    /// <param name="stopping">Set when it is enough.</param>
    public async Task FollowAsync(IPEndPoint server, CancellationToken stopping)
    {
        using QueryClient client = await QueryClient.ConnectAsync(server, SocketType.Dgram);
        string name = $"{_name}.{ChangingForm.Space}.svc.cluster.local.";
        while (!stopping.IsCancellationRequested)
        {
            string answer = AnswerText.Read((await client.AskAsync(name, RecordType.A)).Span);
            long version = VersionOf(answer);
            long listed = _kind.ListedVersion;
            if (version > listed && version > _confirmed)
            {
                Volatile.Write(ref _confirmed, version);
                CountDelays(listed, version);
            }

            await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void CountDelays(long listed, long version)
    {
        lock (_delays)
        {
            while (_told.TryPeek(out (long Version, long Timestamp) told) && told.Version <= version)
            {
                _told.TryDequeue(out _);
                if (told.Version > listed)
                {
                    _delays.Add(Stopwatch.GetElapsedTime(told.Timestamp).TotalMilliseconds);
                }
            }
        }
    }

    private byte[] Render(long version)
    {
        string address = string.Create(CultureInfo.InvariantCulture, $"11.{(version >> 16) & 255}.{(version >> 8) & 255}.{version & 255}");
        return _isSlice
            ? ObjectTexts.Slice(ChangingForm.Space, _name + "-2hwcz", _name, version, [(address, _name, "")])
            : ObjectTexts.Service(ChangingForm.Space, _name, version, address);
    }

    private static long VersionOf(string answer)
    {
        byte[] address = IPAddress.Parse(answer[(answer.LastIndexOf(' ') + 1)..]).GetAddressBytes();
        return (address[1] << 16) | (address[2] << 8) | address[3];
    }
}
