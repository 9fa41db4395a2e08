using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>A datagram's query, with the runtime's socket and address to answer to.</summary>
internal sealed class ManagedUdpQuery(ListenerCore core, QueryPool<ManagedUdpQuery> pool) : ListenerQuery(core)
{
    private Socket? _socket;
    private EndPoint? _remote;

    /// <inheritdoc/>
    protected override Counter FailureCounter => Core.Metrics.UdpFailed;

    /// <summary>Takes in where the answer goes.</summary>
    internal void SetReturnPath(Socket socket, EndPoint remote)
    {
        _socket = socket;
        _remote = remote;
    }

    /// <summary>Sends the answer, or counts why it could not be sent.</summary>
    internal void Send()
    {
        try
        {
            _socket!.SendTo(
                Exchange.ResponseBuffer, ResponseWriter.FramePrefix, Exchange.ResponseLength, SocketFlags.None, _remote!);
        }
        catch (SocketException exception)
        {
            CountFailure(exception.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            // The listener gave up waiting for this answer.
            Core.Metrics.SendFailed.Add();
        }
    }

    /// <inheritdoc/>
    protected override void OnWaiting()
    {
        // The socket is an object: nothing else can take its place.
    }

    /// <inheritdoc/>
    protected override void Finish(bool answered)
    {
        if (answered)
        {
            Send();
        }

        _socket = null;
        _remote = null;
        pool.Return(this);
    }

    private void CountFailure(SocketError error)
    {
        Counter counter = error switch
        {
            SocketError.WouldBlock => Core.Metrics.SendBlocked,
            SocketError.NoBufferSpaceAvailable => Core.Metrics.SendNoBuffers,
            SocketError.AccessDenied => Core.Metrics.SendNotPermitted,
            SocketError.MessageSize => Core.Metrics.SendTooLarge,
            SocketError.NetworkUnreachable or SocketError.HostUnreachable => Core.Metrics.SendUnreachable,
            _ => Core.Metrics.SendFailed,
        };
        counter.Add();
    }
}
