namespace ClusterDns.Core.Pipeline;

/// <summary>What a server block asks of the listeners that serve it; null where it asks nothing.</summary>
public sealed class ListenerSettings
{
    /// <summary>
    /// The addresses to listen on, as addresses (the bind plugin has turned interface names into theirs); empty for all.
    /// </summary>
    public IList<System.Net.IPAddress> BindAddresses { get; } = [];

    /// <summary>Whether the addresses were chosen (the bind plugin): then none means that nothing is listened on.</summary>
    public bool IsBound { get; set; }

    /// <summary>How many workers serve the listener, 1 to 1024.</summary>
    public int? Workers { get; set; }

    /// <summary>How long a stream connection may take to deliver a message it has begun.</summary>
    public TimeSpan? ReadTimeout { get; set; }

    /// <summary>How long a client may leave an answer unread.</summary>
    public TimeSpan? WriteTimeout { get; set; }

    /// <summary>How long a connection may rest between queries.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>After how many queries a stream connection is closed; 0 for never.</summary>
    public int? MaxConnectionQueries { get; set; }
}

/// <summary>How a configuration wants to be looked at for changes (the reload plugin).</summary>
/// <param name="Interval">How often, before jitter.</param>
/// <param name="Jitter">How far the interval is spread: half of it to either side.</param>
public sealed record ReloadSettings(TimeSpan Interval, TimeSpan Jitter);
