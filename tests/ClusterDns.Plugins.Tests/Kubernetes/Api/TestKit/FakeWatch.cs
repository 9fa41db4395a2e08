using System.Text;
using System.Threading.Channels;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>A watch that a client has open.</summary>
internal sealed class FakeWatch(string path, FakeSelector selector)
{
    private readonly Channel<byte[]> _output = Channel.CreateUnbounded<byte[]>();

    public string Path => path;

    /// <summary>Which objects it is about.</summary>
    public FakeSelector Selector => selector;

    /// <summary>Whether what happens is not told: the server, or something before it, has forgotten the watch.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether the client's stream is broken off instead of ended.</summary>
    public bool IsAborted { get; private set; }

    public ChannelReader<byte[]> Output => _output.Reader;

    public void Tell(FakeEvent happened) => Send(FakeMessages.Line(selector.GetEventType(happened), happened.Object));

    public void Send(string line) => SendRaw(Encoding.UTF8.GetBytes(line + "\n"));

    public void SendRaw(byte[] bytes)
    {
        if (!IsSilent)
        {
            _output.Writer.TryWrite(bytes);
        }
    }

    public void Close() => _output.Writer.TryComplete();

    public void Abort()
    {
        IsAborted = true;
        Close();
    }
}
