namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Options of a listener (<see cref="BlockBuilder.Listen{T}"/>). Several server blocks may share a listener, so their options are merged: a value
/// that an earlier block has set counts.
/// </summary>
/// <typeparam name="TSelf">The options themselves; immutable.</typeparam>
public interface IMergeable<TSelf>
    where TSelf : class, IMergeable<TSelf>
{
    /// <summary>Adds what another server block sets and this one does not.</summary>
    /// <param name="later">The options of the later block.</param>
    /// <param name="ignored">Takes the name of each option that both set, to different values.</param>
    TSelf Merge(TSelf later, ICollection<string> ignored);
}
