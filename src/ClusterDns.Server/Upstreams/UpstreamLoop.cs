using System.Collections.Concurrent;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Upstreams;

/// <summary>A thread with an engine, for those that have none.</summary>
internal sealed class UpstreamLoop : IDisposable
{
    private readonly EventPoll _poll = new();
    private readonly UpstreamEngine _engine;
    private readonly ConcurrentQueue<UdpExchange> _inbox = new();
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private int _woken;
    private volatile bool _stopping;
    private volatile bool _hasEnded;

    /// <summary>A loop that runs.</summary>
    internal UpstreamLoop(TimeProvider timeProvider, UpstreamMetrics metrics, CallbackGuard guard)
    {
        _engine = new UpstreamEngine(_poll, timeProvider, metrics);
        _thread = guard.CreateThread("upstream_loop", "upstreams", Run, End, isBackground: true, isEssential: true);
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        Wake();
        if (!ReferenceEquals(Thread.CurrentThread, _thread))
        {
            _thread.Join();
        }
    }

    /// <summary>Hands a query over; it fails when the loop has ended.</summary>
    internal void Submit(UdpExchange exchange)
    {
        _inbox.Enqueue(exchange);
        Wake();
        if (_hasEnded)
        {
            FailInbox();
        }
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) != 0)
        {
            return;
        }

        lock (_lock)
        {
            // The descriptor of a poll that is closed may be another's by now.
            if (!_hasEnded)
            {
                _poll.Wake();
            }
        }
    }

    private void Run()
    {
        UpstreamEngine.Current = _engine;
        while (!_stopping)
        {
            int events = _poll.Wait(_engine.WaitMilliseconds);
            for (int i = 0; i < events; i++)
            {
                ulong token = _poll.GetToken(i);
                if (UpstreamEngine.IsOwn(token))
                {
                    _engine.Receive(token);
                }
                else
                {
                    _poll.ClearWake();

                    // A full fence: what is looked for below must not be read before others see that the loop has to be woken again.
                    Interlocked.Exchange(ref _woken, 0);
                }
            }

            TakeOver();
            _engine.Tick();
            _engine.Flush();
        }
    }

    private void End()
    {
        _engine.Dispose();
        lock (_lock)
        {
            _hasEnded = true;
        }

        FailInbox();
        _poll.Dispose();
    }

    private void FailInbox()
    {
        while (_inbox.TryDequeue(out UdpExchange? exchange))
        {
            exchange.Complete(UpstreamStatus.Failed);
        }
    }

    private void TakeOver()
    {
        while (_inbox.TryDequeue(out UdpExchange? exchange))
        {
            _engine.Submit(exchange);
        }
    }
}
