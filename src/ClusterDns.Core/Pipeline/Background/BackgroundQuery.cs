using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// A query with a context, buffers and a deadline of its own, which no client's end takes away. It goes back to its pool when its chain has ended
/// and everyone who holds it has released it, whichever comes last. Whoever begins it holds it.
/// </summary>
public sealed class BackgroundQuery
{
    private readonly QueryFactory _factory;
    private readonly Action _onCompleted;
    private Action<BackgroundQuery, object?>? _ended;
    private object? _state;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _awaiter;
    private int _holds;

    internal BackgroundQuery(QueryFactory factory)
    {
        _factory = factory;
        _onCompleted = OnCompleted;
    }

    /// <summary>The query. Before <see cref="Start"/> the deadline may be set; after it, it belongs to the chain until that has ended.</summary>
    public Query Context { get; } = new();

    /// <summary>Has a chain, or a part of one, serve the query. Called once; whatever the chain throws is a SERVFAIL response.</summary>
    /// <param name="serve">The chain: a link's <see cref="PluginHandler.ServeAsync"/>, or a method of a link.</param>
    /// <param name="ended">
    /// Called once when the response is settled, on the thread that settled it, perhaps before this method returns. It must not throw. The
    /// response lives as long as somebody holds the query.
    /// </param>
    /// <param name="state">For <paramref name="ended"/>.</param>
    [SuppressMessage("Design", "CA1031", Justification = "An exception of a plugin fails one query, not the server.")]
    public void Start(Func<Query, ValueTask> serve, Action<BackgroundQuery, object?>? ended = null, object? state = null)
    {
        _ended = ended;
        _state = state;
        Hold();
        try
        {
            ValueTask served = serve(Context);
            _awaiter = served.ConfigureAwait(false).GetAwaiter();
            if (!_awaiter.IsCompleted)
            {
                _awaiter.UnsafeOnCompleted(_onCompleted);
                return;
            }
        }
        catch (Exception exception)
        {
            _factory.Recover(this, exception);
            End();
            return;
        }

        OnCompleted();
    }

    /// <summary>Nobody wants the answer any more: what waits for something outside gives up soon. The query still ends as any other.</summary>
    public void Abandon() => Context.Abandon();

    /// <summary>One more holds the query. Only who holds it may call this.</summary>
    public void Hold() => Interlocked.Increment(ref _holds);

    /// <summary>One less holds the query.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            Context.Reset();
            _factory.Return(this);
        }
    }

    /// <summary>
    /// Holds the query for another query whose response points into this one's: to be given to <see cref="Query.Hold"/>.
    /// </summary>
    public QueryResource Share()
    {
        Hold();
        return BackgroundShare.Create(this);
    }

    [SuppressMessage("Design", "CA1031", Justification = "An exception of a plugin fails one query, not the server.")]
    private void OnCompleted()
    {
        try
        {
            _awaiter.GetResult();
        }
        catch (Exception exception)
        {
            _factory.Recover(this, exception);
        }

        _awaiter = default;
        End();
    }

    [SuppressMessage("Design", "CA1031", Justification = "A bug of the caller must not escape into the thread that completes the query.")]
    private void End()
    {
        if (Context.Response.Status == ResponseStatus.None)
        {
            Context.Response.Fail("", ResponseCode.ServFail, failure: null);
        }

        Action<BackgroundQuery, object?>? ended = _ended;
        object? state = _state;
        _ended = null;
        _state = null;
        try
        {
            ended?.Invoke(this, state);
        }
        catch (Exception exception)
        {
            _factory.LogPanic(exception);
        }

        Release();
    }
}

/// <summary>A query's hold on a background query.</summary>
internal sealed class BackgroundShare : QueryResource
{
    private const int MaxIdle = 512;

    private static readonly IdleStack<BackgroundShare> Idle = new(MaxIdle);

    private BackgroundQuery? _query;

    private BackgroundShare()
    {
    }

    /// <summary>A hold; the query counts it already.</summary>
    public static BackgroundShare Create(BackgroundQuery query)
    {
        BackgroundShare share = Idle.Take() ?? new BackgroundShare();
        share._query = query;
        return share;
    }

    /// <inheritdoc/>
    public override void Release()
    {
        BackgroundQuery query = _query!;
        _query = null;
        Idle.Return(this);
        query.Release();
    }
}
