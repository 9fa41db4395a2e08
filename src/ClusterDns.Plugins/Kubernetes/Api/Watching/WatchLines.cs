using System.Buffers;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;

namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>Takes a watch apart into lines, and skips those that are too long.</summary>
internal sealed class WatchLines
{
    private bool _isOversized;
    private bool _isReported = true;

    /// <summary>Takes the next whole line.</summary>
    /// <param name="buffer">What has come; afterwards what is left.</param>
    /// <param name="line">The line, without its end.</param>
    /// <returns>Whether there is one; what is left then may be the beginning of one.</returns>
    public bool TryTake(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        while (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            if (!_isOversized)
            {
                return true;
            }

            _isOversized = false;
        }

        line = default;
        if (_isOversized || buffer.Length > IObjectSink.MaxObjectLength)
        {
            _isReported &= _isOversized;
            _isOversized = true;
            buffer = buffer.Slice(buffer.End);
        }

        return false;
    }

    /// <summary>Whether a line has turned out to be too long since this was last asked.</summary>
    public bool TakeOversized()
    {
        bool isNew = !_isReported;
        _isReported = true;
        return isNew;
    }
}
