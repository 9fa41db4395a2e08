namespace ClusterDns.Core.Pipeline;

/// <summary>How many threads serve a listener's datagrams (the <em>multisocket</em> plugin).</summary>
/// <param name="Count">The number of threads, 1 to 1024.</param>
public sealed record ListenerWorkers(int Count) : IMergeable<ListenerWorkers>
{
    /// <inheritdoc/>
    public ListenerWorkers Merge(ListenerWorkers later, ICollection<string> ignored)
    {
        ArgumentNullException.ThrowIfNull(later);
        ArgumentNullException.ThrowIfNull(ignored);
        if (later != this)
        {
            ignored.Add("multisocket");
        }

        return this;
    }
}
