using System.Globalization;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Logging;
using ClusterDns.Listeners;
using ClusterDns.Serving;
using Microsoft.Extensions.Hosting;

namespace ClusterDns.Hosting;

/// <summary>The server as the host carries it: started whole or not at all, with a banner.</summary>
/// <param name="model">What to run.</param>
/// <param name="services">What listeners share with the process.</param>
/// <param name="output">Where the banner goes.</param>
/// <param name="quiet">Whether there is none.</param>
/// <param name="stopDeadline">Set when stopping is to be over at once.</param>
internal sealed class DnsServerService(
    ServerModel model, ListenerServices services, ILogOutput output, bool quiet, CancellationToken stopDeadline) : IHostedService, IAsyncDisposable
{
    private readonly DnsServer _server = new(model, services);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(cancellationToken);
        if (!quiet)
        {
            PrintBanner();
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(stopDeadline);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void PrintBanner()
    {
        for (int i = 0; i < model.Listeners.Count; i++)
        {
            ListenerModel listener = model.Listeners[i];
            int port = _server.Listeners[i].BoundEndpoints[0].Port;
            string scheme = listener.Place.Transport == Transport.Dns ? "" : $"{listener.Place.Transport.Scheme()}://";
            string address = listener.Place.Address is { } bound ? $" on {bound}" : "";
            foreach (Zone zone in listener.Zones)
            {
                Print(string.Create(CultureInfo.InvariantCulture, $"{scheme}{zone}:{port}{address}"));
            }
        }

        foreach (string line in ServerVersion.Lines)
        {
            Print(line);
        }
    }

    private void Print(string line) => output.TryWriteLine(Encoding.UTF8.GetBytes(line));
}
