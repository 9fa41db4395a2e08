using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>One of the runtime's sockets on one address, and the loop that serves it.</summary>
internal sealed class ManagedUdpSocket : IDisposable
{
    private const int BufferSize = 1 << 20;
    private const int MaxDrained = 1 << 17;

    private readonly ListenerCore _core;
    private readonly QueryPool<ManagedUdpQuery> _pool;
    private readonly Socket _socket;
    private readonly NetworkEndpoint _local;
    private readonly IPEndPoint _anySender;
    private readonly CancellationTokenSource _stop = new();
    private ManagedUdpQuery _query;
    private ReceivePause _pause;
    private int _failures;
    private Task _loop = Task.CompletedTask;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="SocketException">The address is taken, not this host's, or not allowed.</exception>
    internal ManagedUdpSocket(IPEndPoint endpoint, ListenerCore core, QueryPool<ManagedUdpQuery> pool)
    {
        _core = core;
        _pool = pool;
        _socket = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            bool v6 = endpoint.AddressFamily == AddressFamily.InterNetworkV6;
            if (v6)
            {
                _socket.DualMode = false;
            }

            _socket.SetSocketOption(
                v6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP, SocketOptionName.PacketInformation, optionValue: true);
            _socket.ReceiveBufferSize = BufferSize;
            _socket.Bind(endpoint);
            _anySender = new IPEndPoint(v6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _local = NetworkEndpoint.From(endpoint);
        _query = pool.Rent();
    }

    /// <summary>The socket.</summary>
    internal SafeSocketHandle Handle => _socket.SafeHandle;

    /// <summary>Begins to serve.</summary>
    internal void Start() => _loop = _core.Guard.StartLoop("udp_socket", RunAsync, _stop.Token);

    /// <summary>Completes when everything that had arrived is served.</summary>
    internal async Task StopReceivingAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveMessageFromResult result = await _socket.ReceiveMessageFromAsync(
                    _query.Exchange.RequestBuffer, SocketFlags.None, _anySender, _stop.Token);
                _failures = 0;
                _pause.End();
                Serve(result.ReceivedBytes, result.SocketFlags, result.RemoteEndPoint, result.PacketInformation);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException exception)
            {
                CountFailure(exception);
                await PauseAsync();
            }
        }

        for (int i = 0; i < MaxDrained && _socket.Poll(0, SelectMode.SelectRead); i++)
        {
            ReceiveOne();
        }
    }

    private async ValueTask PauseAsync()
    {
        if (++_failures >= ReceivePause.MaxFailuresInRow)
        {
            _failures = 0;
            await Task.Delay(_pause.Next(), _core.TimeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void ReceiveOne()
    {
        try
        {
            SocketFlags flags = SocketFlags.None;
            EndPoint sender = _anySender;
            int length = _socket.ReceiveMessageFrom(
                _query.Exchange.RequestBuffer, 0, Exchange.KeptRequestSize, ref flags, ref sender, out IPPacketInformation info);
            Serve(length, flags, sender, info);
        }
        catch (SocketException exception)
        {
            CountFailure(exception);
        }
    }

    private void Serve(int length, SocketFlags flags, EndPoint sender, IPPacketInformation info)
    {
        if (length < DnsHeader.Length)
        {
            _core.Metrics.Short.Add();
            return;
        }

        if ((flags & SocketFlags.Truncated) != SocketFlags.None)
        {
            _core.Metrics.Oversized.Add();
        }

        ManagedUdpQuery query = _query;
        query.SetReturnPath(_socket, sender);
        NetworkEndpoint local = info.Address is { } asked ? NetworkEndpoint.From(new IPEndPoint(asked, _local.Port)) : _local;
        NetworkEndpoint remote = NetworkEndpoint.From((IPEndPoint)sender);
        switch (query.Serve(_core.Pipeline, length, TransportProtocol.Udp, in local, in remote))
        {
            case QueryProgress.Waiting:
                _query = _pool.Rent();
                query.AwaitAnswer();
                return;
            case QueryProgress.Answered:
                query.Send();
                break;
        }

        query.Reset();
    }

    private void CountFailure(SocketException exception)
    {
        if (exception.SocketErrorCode == SocketError.MessageSize)
        {
            // How Windows says that a datagram was longer than the buffer; it gives none of it.
            _core.Metrics.Oversized.Add();
            return;
        }

        _core.Metrics.ReceiveFailed.Add();
        if (exception.SocketErrorCode is not (SocketError.ConnectionReset or SocketError.ConnectionRefused))
        {
            _core.ReportReceiveFailure(exception.ErrorCode);
        }
    }
}
