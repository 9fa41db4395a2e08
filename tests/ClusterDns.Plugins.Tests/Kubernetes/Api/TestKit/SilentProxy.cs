using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>Passes on what comes, until its connections fall silent: then nothing passes, and nobody is told.</summary>
internal sealed class SilentProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _target;
    private readonly Task _accepting;
    private TaskCompletionSource _silence = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SilentProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that are open pass nothing on any more; new ones do.</summary>
    public void FallSilent() => Interlocked.Exchange(ref _silence, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(PassOnAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task PassOnAsync(TcpClient client)
    {
        Task silence = _silence.Task;
        using (client)
        using (TcpClient server = new())
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAll(PumpAsync(client.GetStream(), server.GetStream(), silence), PumpAsync(server.GetStream(), client.GetStream(), silence));
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Task silence)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, _stopping.Token) is int length and > 0)
            {
                if (!silence.IsCompleted)
                {
                    await to.WriteAsync(buffer.AsMemory(0, length), _stopping.Token);
                }
            }

            if (!silence.IsCompleted)
            {
                to.Socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One of the two has gone; the other is told when both are.
        }
    }
}
