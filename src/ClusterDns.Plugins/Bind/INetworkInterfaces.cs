using System.Net;
using System.Net.NetworkInformation;

namespace ClusterDns.Plugins.Bind;

/// <summary>The host's network interfaces.</summary>
internal interface INetworkInterfaces
{
    /// <summary>The addresses of an interface, link-local ones with their scope; null where there is no such interface.</summary>
    /// <param name="name">The interface's name, such as <c>eth0</c>.</param>
    IReadOnlyList<IPAddress>? GetAddresses(string name);
}

/// <summary>The interfaces of this host.</summary>
internal sealed class HostNetworkInterfaces : INetworkInterfaces
{
    /// <inheritdoc/>
    public IReadOnlyList<IPAddress>? GetAddresses(string name)
        => NetworkInterface.GetAllNetworkInterfaces()
            .FirstOrDefault(candidate => string.Equals(candidate.Name, name, StringComparison.Ordinal))
            ?.GetIPProperties().UnicastAddresses.Select(static unicast => unicast.Address).ToList();
}
