namespace ClusterDns.Core.Pipeline;

/// <summary>Bounds how many queries wait at once for something outside the process.</summary>
public interface IWaitGate
{
    /// <summary>Takes a place; false, and the refusal counted, when all are taken. The listener gives the place back.</summary>
    bool TryEnter();
}
