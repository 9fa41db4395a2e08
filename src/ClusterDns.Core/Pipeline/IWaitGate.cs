namespace ClusterDns.Core.Pipeline;

/// <summary>Whether an answer is still wanted when a query has stopped to wait.</summary>
public enum WaitEnd : byte
{
    /// <summary>The client waits for the answer.</summary>
    Wanted,

    /// <summary>Another query has taken the place, and the answer is discarded.</summary>
    Evicted,

    /// <summary>The client has closed its connection.</summary>
    ClientGone,
}

/// <summary>Bounds how many queries wait at once for something outside the process.</summary>
public interface IWaitGate
{
    /// <summary>Takes a place; false, and the refusal counted, when all are taken. The listener gives the place back.</summary>
    bool TryEnter();

    /// <summary>
    /// The query waits no longer. Unless it was evicted before, it is not evicted after this; its memory counts until the listener gives the
    /// place back.
    /// </summary>
    WaitEnd EndWait() => WaitEnd.Wanted;
}
