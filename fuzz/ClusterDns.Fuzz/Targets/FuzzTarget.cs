namespace ClusterDns.Fuzz.Targets;

/// <summary>A reader of bytes that others send, and what must be true of it whatever they are.</summary>
internal abstract class FuzzTarget
{
    /// <summary>All, by name.</summary>
    public static IReadOnlyList<Func<FuzzTarget>> All { get; } =
    [
        static () => new WireTarget(),
        static () => new ReplyTarget(),
        static () => new StreamTarget(),
        static () => new WatchTarget(),
        static () => new ListTarget(),
        static () => new HostsTarget(),
        static () => new CorefileTarget(),
        static () => new TemplateTarget(),
    ];

    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What mutations start from.</summary>
    public abstract IReadOnlyList<byte[]> Corpus { get; }

    /// <summary>How many inputs of it were taken for right, so that a run shows that it got behind the first checks.</summary>
    public long Accepted { get; protected set; }

    /// <summary>Reads an input.</summary>
    /// <param name="input">The input.</param>
    /// <returns>What is wrong; null when nothing is. An exception is wrong too.</returns>
    public abstract string? Run(byte[] input);
}
