using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Conformance.TestKit;

/// <summary>Ports for what cannot pick its own.</summary>
internal static class FreePort
{
    /// <summary>A port of the loopback interface that was free a moment ago.</summary>
    public static int Find()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
