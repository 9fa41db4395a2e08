using System.Globalization;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Logging;
using ClusterDns.Server.Serving;
using Microsoft.Extensions.Hosting;

namespace ClusterDns.Server.Hosting;

/// <summary>The server as the host carries it: started whole or not at all, with a banner, and reloaded until it stops.</summary>
/// <param name="model">What to run first.</param>
/// <param name="server">What runs it.</param>
/// <param name="reloader">What replaces it.</param>
/// <param name="output">Where the banner goes.</param>
/// <param name="quiet">Whether there is none.</param>
/// <param name="stopDeadline">Set when stopping is to be over at once.</param>
internal sealed class DnsServerService(
    ServerModel model, DnsServer server, ConfigurationReloader reloader, ILogOutput output, bool quiet, CancellationToken stopDeadline)
    : IHostedService, IAsyncDisposable
{
    private bool _isStopped;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await server.ApplyAsync(model, cancellationToken, stopDeadline);
        if (!quiet)
        {
            PrintZones();
        }

        reloader.Start();
        if (!quiet)
        {
            foreach (string line in ServerVersion.Lines)
            {
                Print(line);
            }
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await reloader.StopAsync(stopDeadline);
            await server.StopAsync(stopDeadline);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        await server.DisposeAsync();
    }

    private void PrintZones()
    {
        foreach (ListenerModel listener in model.Listeners)
        {
            int port = server.Listeners[listener.Place].BoundEndpoints[0].Port;
            string scheme = listener.Place.Transport == Transport.Dns ? "" : $"{listener.Place.Transport.Scheme()}://";
            string address = listener.Place.Address is { } bound ? $" on {bound}" : "";
            foreach (Zone zone in listener.Zones)
            {
                Print(string.Create(CultureInfo.InvariantCulture, $"{scheme}{zone}:{port}{address}"));
            }
        }
    }

    private void Print(string line) => output.TryWriteLine(Encoding.UTF8.GetBytes(line));
}
