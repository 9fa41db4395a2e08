using ClusterDns.Core.Upstreams;

namespace ClusterDns.Plugins.Forward;

/// <summary>An upstream as one server block of one configuration has it.</summary>
/// <param name="shared">The upstream and its health.</param>
internal sealed class ForwardTarget(ForwardUpstream shared) : IForwardTarget
{
    private volatile bool _isOut;

    /// <summary>The upstream and its health.</summary>
    public ForwardUpstream Shared { get; } = shared;

    /// <summary>Whether nothing is forwarded to it any more.</summary>
    public bool IsOut => _isOut;

    /// <inheritdoc/>
    public string Address => Shared.Address;

    /// <inheritdoc/>
    public IUpstreamChannel Channel => Shared.Channel;

    /// <inheritdoc/>
    public void TakeOut() => _isOut = true;
}
