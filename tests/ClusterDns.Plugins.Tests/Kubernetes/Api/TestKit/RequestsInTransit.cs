using System.Diagnostics.Metrics;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>How many requests of this process to a server wait for the head of their response, as .NET's HTTP client reports them.</summary>
internal sealed class RequestsInTransit : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly FakeApiServer _server;
    private long _count;

    public RequestsInTransit(FakeApiServer server)
    {
        _server = server;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.active_requests" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Add);
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, long change, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag is { Key: "server.port", Value: int port } && port == _server.Port)
            {
                Interlocked.Add(ref _count, change);
            }
        }
    }
}
