namespace ClusterDns.Core.Resources;

/// <summary>
/// Something that outlives a configuration: a watch cache, a file that is looked at periodically, the state of an upstream. A
/// resource that has neither this nor <see cref="IDisposable"/> is shared all the same; there is then nothing to begin or end.
/// </summary>
public interface ISharedResource : IDisposable
{
    /// <summary>Begins its work. Called once, before the first configuration that has it serves; it does not wait.</summary>
    void Start();
}
