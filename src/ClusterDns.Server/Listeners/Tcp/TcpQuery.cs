using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>A stream's query, with the connection to answer on.</summary>
internal sealed class TcpQuery(ListenerCore core, QueryPool<TcpQuery> pool) : ListenerQuery(core)
{
    /// <summary>The connection, while the query is one's.</summary>
    internal TcpConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override Counter FailureCounter => Core.Metrics.TcpFailed;

    /// <inheritdoc/>
    public override WaitEnd EndWait()
    {
        WaitEnd end = base.EndWait();
        return end == WaitEnd.Wanted && Connection!.IsAborted ? WaitEnd.ClientGone : end;
    }

    /// <summary>Gives the query back.</summary>
    internal void Release()
    {
        Connection = null;
        pool.Return(this);
    }

    /// <inheritdoc/>
    protected override void OnWaiting() => Connection!.OnWaiting();

    /// <inheritdoc/>
    protected override void Finish(bool answered) => Connection!.OnFinished(this, answered);
}
