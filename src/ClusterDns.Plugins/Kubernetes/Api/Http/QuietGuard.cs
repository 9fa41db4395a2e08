using System.IO.Pipelines;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;

namespace ClusterDns.Plugins.Kubernetes.Api.Http;

/// <summary>Gives up a body of which nothing has come for a while.</summary>
internal sealed class QuietGuard : IDisposable
{
    /// <summary>How long a list may pause.</summary>
    public static readonly TimeSpan ListPatience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _quiet;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _stopping;
    private TimeSpan _patience;

    /// <summary>Begins to wait.</summary>
    /// <param name="patience">How long nothing may come.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Set when the body is given up for another reason.</param>
    public QuietGuard(TimeSpan patience, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        _patience = patience;
        _stopping = cancellationToken;
        _quiet = new CancellationTokenSource(patience, timeProvider);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_quiet.Token, cancellationToken);
    }

    /// <summary>Whether nothing has come for too long.</summary>
    public bool IsExpired => _quiet.IsCancellationRequested && !_stopping.IsCancellationRequested;

    /// <summary>Something has come.</summary>
    public void Touch() => _quiet.CancelAfter(_patience);

    /// <summary>From now on, something may take longer or must come sooner.</summary>
    /// <param name="patience">How long nothing may come.</param>
    public void SetPatience(TimeSpan patience)
    {
        _patience = patience;
        Touch();
    }

    /// <summary>Waits for more of a body.</summary>
    /// <param name="body">The body.</param>
    /// <exception cref="TimeoutException">Nothing has come for too long.</exception>
    public async ValueTask<ReadResult> ReadAsync(PipeReader body)
    {
        try
        {
            ReadResult read = await body.ReadAsync(_either.Token);
            Touch();
            return read;
        }
        catch (OperationCanceledException exception) when (IsExpired)
        {
            throw new TimeoutException($"no data for {_patience.TotalSeconds} s", exception);
        }
    }

    /// <summary>Reads a list.</summary>
    /// <param name="reader">Reads it.</param>
    /// <param name="body">Its body.</param>
    /// <returns>What it says beside its items; null when it is not whole.</returns>
    /// <exception cref="TimeoutException">Nothing has come for too long.</exception>
    public async ValueTask<ListHead?> ReadAsync(ListReader reader, PipeReader body)
    {
        try
        {
            return await reader.ReadAsync(body, Touch, _either.Token);
        }
        catch (OperationCanceledException exception) when (IsExpired)
        {
            throw new TimeoutException($"no data for {_patience.TotalSeconds} s", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _quiet.Dispose();
    }
}
