using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Server.Listeners;

/// <summary>Turns the addresses that a listener was asked for into those it will try.</summary>
internal static class ListenAddresses
{
    /// <summary>The addresses themselves; when there are none, the wildcard address of every family that the host has.</summary>
    /// <param name="asked">The addresses asked for.</param>
    /// <param name="tryFamily">Says why the host does not have a family, or null when it does.</param>
    /// <param name="onMissing">Called for a family that is left out.</param>
    /// <exception cref="ListenException">The host has neither family.</exception>
    internal static IReadOnlyList<IPAddress> Resolve(
        IReadOnlyList<IPAddress> asked, Func<IPAddress, string?> tryFamily, Action<IPAddress, string> onMissing)
    {
        if (asked.Count > 0)
        {
            return [.. asked.Distinct()];
        }

        List<IPAddress> found = [];
        foreach (IPAddress any in (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any])
        {
            if (tryFamily(any) is { } reason)
            {
                onMissing(any, reason);
            }
            else
            {
                found.Add(any);
            }
        }

        return found.Count > 0 ? found : throw new ListenException("listen: this host supports neither IPv4 nor IPv6");
    }

    /// <summary>Why a socket cannot be bound to a wildcard address, at any port; null when it can.</summary>
    internal static string? TryFamily(IPAddress any)
    {
        try
        {
            using Socket probe = new(any.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (any.AddressFamily == AddressFamily.InterNetworkV6)
            {
                probe.DualMode = false;
            }

            probe.Bind(new IPEndPoint(any, 0));
            return null;
        }
        catch (SocketException failure)
        {
            return failure.Message;
        }
    }
}
