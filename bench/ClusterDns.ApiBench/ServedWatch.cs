using System.Threading.Channels;

namespace ClusterDns.ApiBench;

/// <summary>A watch that a client has open: the lines that are to be sent.</summary>
internal sealed class ServedWatch
{
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>();

    /// <summary>The lines.</summary>
    public ChannelReader<byte[]> Lines => _lines.Reader;

    /// <summary>Whether the client's stream is broken off instead of ended.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Sends a line.</summary>
    /// <param name="line">The line with its end.</param>
    public void Send(byte[] line) => _lines.Writer.TryWrite(line);

    /// <summary>Ends the watch after what was sent.</summary>
    /// <param name="isBroken">Whether the stream is broken off.</param>
    public void End(bool isBroken)
    {
        IsBroken = isBroken;
        _lines.Writer.TryComplete();
    }
}
