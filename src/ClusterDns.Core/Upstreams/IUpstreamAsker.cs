namespace ClusterDns.Core.Upstreams;

/// <summary>Whoever waits for an exchange with an upstream.</summary>
public interface IUpstreamAsker
{
    /// <summary>Whether nobody wants the reply any more: the exchange ends soon then, as if the time were over. Any thread may read it.</summary>
    bool IsAbandoned { get; }
}
