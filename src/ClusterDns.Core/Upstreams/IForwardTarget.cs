namespace ClusterDns.Core.Upstreams;

/// <summary>An upstream that a server block forwards to, as other plugins of the block may know it.</summary>
public interface IForwardTarget
{
    /// <summary>Its address and port.</summary>
    string Address { get; }

    /// <summary>How queries that came as datagrams go to it.</summary>
    IUpstreamChannel Channel { get; }

    /// <summary>Forwards nothing to it any more, until the configuration is built again.</summary>
    void TakeOut();
}
