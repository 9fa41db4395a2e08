using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>A socket that accepts connections on one address.</summary>
internal sealed class TcpAcceptor : IDisposable
{
    private const int ListenBacklog = 4096;

    // When the process has no descriptor left, the queue waits rather than the processor spins.
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly TcpTransport _transport;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="SocketException">The address is taken, not this host's, or not allowed.</exception>
    internal TcpAcceptor(TcpTransport transport, IPEndPoint endpoint)
    {
        _transport = transport;
        _socket = StreamListenSocket.Bind(endpoint, transport.Core.Ports, dualMode: false);
        try
        {
            // Connections inherit the sizes of their buffers.
            _socket.SendBufferSize = StreamClients.SocketBufferSize;
            _socket.ReceiveBufferSize = StreamClients.SocketBufferSize;
            _socket.Listen(ListenBacklog);
            Endpoint = (IPEndPoint)_socket.LocalEndPoint!;
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Where it listens.</summary>
    internal IPEndPoint Endpoint { get; }

    /// <summary>Begins to accept.</summary>
    internal void Start() => _loop = _transport.Core.Guard.StartLoop("tcp_accept", AcceptAsync, _stop.Token);

    /// <summary>Takes in who has connected already, and closes the socket.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _transport.Add(await _socket.AcceptAsync(_stop.Token));
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
            {
                // The client gave up before it was accepted.
            }
            catch (SocketException exception)
            {
                _transport.Core.Metrics.AcceptFailed.Add();
                if (exception.SocketErrorCode == SocketError.TooManyOpenSockets)
                {
                    _transport.Clients.MakeRoom();
                }

                await Task.Delay(RetryDelay, _transport.TimeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }

        TakeQueue();
    }

    private void TakeQueue()
    {
        try
        {
            for (int i = 0; i < ListenBacklog && _socket.Poll(0, SelectMode.SelectRead); i++)
            {
                _transport.Add(_socket.Accept());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            _transport.Core.Metrics.AcceptFailed.Add();
        }
    }
}
