using System.Globalization;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Logging;
using ClusterDns.Server.Serving;

namespace ClusterDns.Server.Hosting;

/// <summary>What the process prints when it has started, as CoreDNS does.</summary>
/// <param name="output">Where to.</param>
/// <param name="isQuiet">Whether it prints nothing.</param>
internal sealed class StartBanner(ILogOutput output, bool isQuiet)
{
    /// <summary>Prints each zone with the port that it is served on.</summary>
    /// <param name="model">The model that serves.</param>
    /// <param name="server">What runs it.</param>
    public void PrintZones(ServerModel model, DnsServer server)
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

    /// <summary>Prints the version.</summary>
    public void PrintVersion()
    {
        foreach (string line in ServerVersion.Lines)
        {
            Print(line);
        }
    }

    private void Print(string line)
    {
        if (!isQuiet)
        {
            output.TryWriteLine(Encoding.UTF8.GetBytes(line));
        }
    }
}
