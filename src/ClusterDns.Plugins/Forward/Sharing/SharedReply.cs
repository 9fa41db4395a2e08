using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>A reply that the responses of several queries point into. It is released with the last of them.</summary>
internal sealed class SharedReply
{
    private readonly UpstreamReply _reply;
    private int _holds;

    /// <summary>A reply with nobody to hold it yet.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="holds">How many queries get it; each calls <see cref="CreateHold"/> once.</param>
    public SharedReply(UpstreamReply reply, int holds)
    {
        _reply = reply;
        _holds = holds;
    }

    /// <summary>The array that holds the message from its first byte on.</summary>
    public byte[] Message => _reply.Message;

    /// <summary>The length of the message, in bytes.</summary>
    public int Length => _reply.Length;

    /// <summary>One query's hold, to be given to <see cref="Query.Hold"/>.</summary>
    public QueryResource CreateHold() => new ReplyHold(this);

    /// <summary>One of the queries does without the reply.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            _reply.Release();
        }
    }

    private sealed class ReplyHold(SharedReply shared) : QueryResource
    {
        public override void Release() => shared.Release();
    }
}
