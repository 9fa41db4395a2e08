using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Serving;

namespace ClusterDns.Server.Listeners;

/// <summary>How far the pipeline came with a query.</summary>
internal enum QueryProgress
{
    /// <summary>The context holds a message to send.</summary>
    Answered,

    /// <summary>There is nothing to send.</summary>
    Unanswered,

    /// <summary>A plugin waits for something; <see cref="ListenerQuery.AwaitAnswer"/> is to be called.</summary>
    Waiting,
}

/// <summary>
/// A query's context with what a transport needs to answer it, now or later. Transports reuse them; one is either served
/// (by the thread that received the query) or waiting (and then belongs to whoever completes it), never both.
/// </summary>
internal abstract class ListenerQuery : IWaitGate
{
    private readonly Action _onCompleted;
    private readonly WaitPlace _place;
    private ValueTask<bool> _task;
    private ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter _awaiter;

    /// <summary>A query of a listener.</summary>
    /// <param name="core">The listener.</param>
    protected ListenerQuery(ListenerCore core)
    {
        Core = core;
        _place = new WaitPlace(Exchange);
        _onCompleted = core.Guard.Wrap("query_completion", OnCompleted);
    }

    /// <summary>The listener.</summary>
    protected ListenerCore Core { get; }

    /// <summary>The query's buffers and lifetime.</summary>
    internal Exchange Exchange { get; } = new();

    /// <summary>Counts queries on which the pipeline threw.</summary>
    protected abstract Counter FailureCounter { get; }

    /// <inheritdoc/>
    public bool TryEnter() => _place.IsTaken || Core.WaitBound.TryEnter(_place, Exchange.Query.Remote);

    /// <inheritdoc/>
    public virtual WaitEnd EndWait() => Core.WaitBound.EndWait(_place);

    /// <summary>Runs the pipeline over the message in the context's request buffer.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The pipeline does not throw. If it did, one query would be lost, not a worker.")]
    internal QueryProgress Serve(
        IQueryPipeline pipeline, int length, TransportProtocol transport, in NetworkEndpoint local, in NetworkEndpoint remote)
    {
        try
        {
            ValueTask<bool> task = pipeline.HandleAsync(Exchange, length, transport, in local, in remote, this);
            if (task.IsCompleted)
            {
                return task.GetAwaiter().GetResult() ? QueryProgress.Answered : QueryProgress.Unanswered;
            }

            _task = task;
            return QueryProgress.Waiting;
        }
        catch (Exception exception)
        {
            Fail(exception);
            return QueryProgress.Unanswered;
        }
    }

    /// <summary>Continues when the pipeline does, on any thread. The caller has released the query.</summary>
    internal void AwaitAnswer()
    {
        if (!_place.IsTaken)
        {
            Core.WaitBound.Enter(_place);
        }

        Core.Waiting.Enter();
        OnWaiting();
        _awaiter = _task.ConfigureAwait(false).GetAwaiter();
        _task = default;
        _awaiter.UnsafeOnCompleted(_onCompleted);
    }

    /// <summary>Makes the query ready for the next one.</summary>
    internal void Reset()
    {
        // The place comes first: whoever evicts a query that has one abandons its context.
        if (_place.IsTaken)
        {
            Core.WaitBound.Leave(_place);
        }

        Exchange.Reset();
    }

    /// <summary>Takes hold of what a late answer needs.</summary>
    protected abstract void OnWaiting();

    /// <summary>Sends the late answer, if there is one, releases everything and returns the query to its pool.</summary>
    /// <param name="answered">Whether the context holds a message to send.</param>
    protected abstract void Finish(bool answered);

    [SuppressMessage("Design", "CA1031", Justification = "The pipeline does not throw. If it did, one query would be lost, not the process.")]
    private void OnCompleted()
    {
        bool answered = false;
        try
        {
            answered = _awaiter.GetResult();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        _awaiter = default;
        Finish(answered);
        Core.Waiting.Leave();
    }

    private void Fail(Exception exception)
    {
        FailureCounter.Add();
        Core.LogPipelineFailure(exception);
    }
}
