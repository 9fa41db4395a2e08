using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// One message in and what is sent for it: the side of a query that listeners and the pipeline see. It owns the buffers, the lifetime and the one
/// <see cref="Pipeline.Query"/> that plugins see. Both are used again together, so that serving allocates nothing. Whoever holds either
/// past the end of the chain holds another query.
/// </summary>
internal sealed class Exchange
{
    /// <summary>How many bytes of a request fit without renting: every query that a resolver sends, with room.</summary>
    internal const int KeptRequestSize = 4096;

    /// <summary>How many bytes of a response fit without renting.</summary>
    internal const int KeptResponseSize = 4096;

    private readonly byte[] _keptRequest = GC.AllocateUninitializedArray<byte>(KeptRequestSize, pinned: true);
    private readonly byte[] _keptResponse = GC.AllocateUninitializedArray<byte>(ResponseWriter.FramePrefix + KeptResponseSize, pinned: true);
    private byte[] _request;
    private byte[] _response;
    private int _requestLength;
    private int _responseLength;
    private byte[]? _largeWritten;
    private ReadOnlyMemory<byte> _written;
    private IWaitGate? _waitGate;
    private QueryResource? _held;
    private IQueryEndSink? _endSink;
    private volatile bool _isAbandoned;
    private int _leases;

    /// <summary>An exchange with its own buffers.</summary>
    internal Exchange()
    {
        _request = _keptRequest;
        _response = _keptResponse;
        Query = new Query(this);
    }

    /// <summary>What plugins see.</summary>
    internal Query Query { get; }

    /// <summary>Where a listener puts the request's bytes; pinned, so that the kernel may write to it.</summary>
    internal byte[] RequestBuffer => _request;

    /// <summary>The request.</summary>
    internal ReadOnlySpan<byte> Request => _request.AsSpan(0, _requestLength);

    /// <summary>Answers internal queries as the client's listener would; null where there is no listener.</summary>
    internal IQueryRouter? Router { get; set; }

    /// <summary>What sees the end; empty for a query that no server block takes.</summary>
    internal ReadOnlyMemory<IQueryObserver> Observers { get; set; }

    /// <summary>What changes the response's bytes when they are written, in order; empty for a query that no server block takes.</summary>
    internal ReadOnlyMemory<IResponseSeal> Seals { get; set; }

    /// <summary>How deep this query lies within others; 0 for a client's own.</summary>
    internal int Depth { get; private set; }

    /// <summary>What it has in common with the questions asked for it, or with the query it was asked for; null where there are none.</summary>
    internal QueryFamily? Family { get; private set; }

    /// <summary>The internal query that was asked last.</summary>
    internal Exchange? FirstChild { get; set; }

    /// <summary>The internal query that was asked before this one, for the same query.</summary>
    internal Exchange? NextSibling { get; set; }

    /// <summary>Whether a link asked to wait, for this query or for a question within it.</summary>
    internal bool HasWaited { get; set; }

    /// <summary>See <see cref="Query.IsAbandoned"/>. Any thread may read it while the query is in flight.</summary>
    internal bool IsAbandoned => _isAbandoned || (Depth > 0 && Family is { IsAbandoned: true });

    /// <summary>
    /// How long the messages of a <see cref="Response.Stream"/> are that were written so far, without compression; 0 where the answer is one
    /// message.
    /// </summary>
    internal int StreamedLength { get; private set; }

    /// <summary>The message that <see cref="WriteResponse"/> wrote.</summary>
    internal ReadOnlySpan<byte> ResponseMessage => _response.AsSpan(ResponseWriter.FramePrefix, _responseLength);

    /// <summary>The same message after its length in two bytes (RFC 1035 section 4.2.2); pinned.</summary>
    internal Memory<byte> FramedResponse => _response.AsMemory(0, ResponseWriter.FramePrefix + _responseLength);

    /// <summary>The pinned array that holds the response from <see cref="ResponseWriter.FramePrefix"/> on.</summary>
    internal byte[] ResponseBuffer => _response;

    /// <summary>How long the response is.</summary>
    internal int ResponseLength => _responseLength;

    /// <summary>Makes sure a request of <paramref name="length"/> bytes fits into <see cref="RequestBuffer"/>.</summary>
    /// <param name="length">At most 65535.</param>
    internal void EnsureRequestCapacity(int length)
    {
        if (length > _request.Length)
        {
            LargeBuffers.Return(_request);
            _request = LargeBuffers.Rent();
        }
    }

    /// <summary>The query was changed: what was written for upstreams is out of date.</summary>
    internal void ForgetWrittenRequest() => _written = default;

    /// <summary>See <see cref="Query.TryGetRequest"/>. A changed message is written behind the client's, where there is room.</summary>
    internal bool TryGetRequest(RequestChanges changes, out ReadOnlyMemory<byte> request)
    {
        if (changes == RequestChanges.None)
        {
            request = _request.AsMemory(0, _requestLength);
            return true;
        }

        if (_written.IsEmpty)
        {
            WriteRequest(changes, _request.AsMemory(_requestLength));
        }

        if (_written.IsEmpty)
        {
            _largeWritten ??= LargeBuffers.Rent();
            WriteRequest(changes, _largeWritten.AsMemory(0, ushort.MaxValue));
        }

        request = _written;
        return !_written.IsEmpty;
    }

    /// <summary>Sets when the query came, where that is known before it is accepted: a batch of datagrams comes at one time.</summary>
    /// <param name="timestamp">The time, as <see cref="TimeProvider.GetTimestamp"/> counts.</param>
    internal void MarkReceived(long timestamp) => Query.ReceivedTimestamp = timestamp;

    /// <summary>Accepts the request that is in <see cref="RequestBuffer"/>.</summary>
    /// <param name="length">How many bytes it has.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="local">Where it was asked.</param>
    /// <param name="remote">Who asked.</param>
    /// <param name="timestamp">When it came, as <see cref="TimeProvider.GetTimestamp"/> counts.</param>
    /// <param name="waitGate">Bounds how many queries of this listener wait at once; null for no bound.</param>
    /// <returns>
    /// Whether to serve it, to send the <see cref="Response"/> that says what is wrong, or to send nothing.
    /// </returns>
    internal QueryVerdict Accept(
        int length,
        TransportProtocol transport,
        in NetworkEndpoint local,
        in NetworkEndpoint remote,
        long timestamp,
        IWaitGate? waitGate = null)
    {
        _requestLength = length;
        _waitGate = waitGate;
        return Query.Read(transport, in local, in remote, timestamp);
    }

    /// <summary>Accepts the internal query that is in <see cref="RequestBuffer"/>; its parent has a lease on it.</summary>
    internal QueryVerdict AcceptInternal(int length, Exchange parent, QueryFamily family)
    {
        Router = parent.Router;
        Depth = parent.Depth + 1;
        Family = family;
        _leases = 1;
        Query origin = parent.Query;
        Query.Route = origin.Route;
        Query.Deadline = origin.Deadline;
        return Accept(length, origin.Transport, origin.Local, origin.Remote, origin.ReceivedTimestamp, family);
    }

    /// <summary>
    /// The answer is not wanted any more. Whoever calls this on another thread makes sure that the query is in flight until it returns.
    /// </summary>
    internal void Abandon() => _isAbandoned = true;

    /// <summary>The family of the questions asked for this query, made for the first.</summary>
    internal QueryFamily GetFamily() => Family ??= QueryFamily.Create(this, _waitGate);

    /// <summary>A chain begins to serve this internal query: it is not taken back before the chain has ended.</summary>
    internal void AddLease() => Interlocked.Increment(ref _leases);

    /// <summary>The parent or a chain is done with this internal query; whether it was the last.</summary>
    internal bool EndLease() => Interlocked.Decrement(ref _leases) == 0;

    /// <summary>See <see cref="Query.TryBeginWait"/>.</summary>
    internal bool TryBeginWait()
    {
        HasWaited = true;
        return _waitGate is null || _waitGate.TryEnter();
    }

    /// <summary>The chain waits no longer: whether the client still wants the answer.</summary>
    internal WaitEnd EndWait() => _waitGate?.EndWait() ?? WaitEnd.Wanted;

    /// <summary>Writes the response into <see cref="ResponseBuffer"/>, with compression, in the size the client takes.</summary>
    /// <returns>How long the message is.</returns>
    internal int WriteResponse()
    {
        Query.RestoreAsked();
        int limit = Query.ResponseSizeLimit;
        int kept = Math.Min(limit, KeptResponseSize);
        int reserved = Seals.IsEmpty ? 0 : ReserveForSeals();
        if (!ResponseWriter.TryWrite(Query, _response.AsSpan(ResponseWriter.FramePrefix, kept), kept == limit, reserved, out _responseLength))
        {
            kept = limit;
            LargeBuffers.Return(_response);
            _response = LargeBuffers.Rent();
            ResponseWriter.TryWrite(Query, _response.AsSpan(ResponseWriter.FramePrefix, limit), true, reserved, out _responseLength);
        }

        foreach (IResponseSeal seal in Seals.Span)
        {
            int length = seal.Seal(Query, _response.AsSpan(ResponseWriter.FramePrefix, kept), _responseLength);
            _responseLength = length <= kept ? length : throw new InvalidOperationException($"A seal made the response {length} octets long, where {kept} fit.");
        }

        if (Query.Response.Stream is not null)
        {
            StreamedLength += ResponseWriter.GetMessageLength(Query);
        }

        BinaryPrimitives.WriteUInt16BigEndian(_response, (ushort)_responseLength);
        return _responseLength;
    }

    /// <summary>Writes the next message of a <see cref="Response.Stream"/> in place of the one that was written before.</summary>
    /// <returns>False when there is no further message.</returns>
    internal bool TryWriteNextMessage()
    {
        Response response = Query.Response;
        response.ClearRecords();
        if (response.Stream is not { } stream || !stream.TryFill(response))
        {
            return false;
        }

        WriteResponse();
        return true;
    }

    /// <summary>See <see cref="Query.Hold"/>.</summary>
    internal void Hold(QueryResource resource)
    {
        resource.NextHeld = _held;
        _held = resource;
    }

    /// <summary>The query begins: it ends once, by <see cref="End"/> or at the latest by <see cref="Reset"/>.</summary>
    /// <param name="sink">What passes the end on.</param>
    internal void Begin(IQueryEndSink sink) => _endSink = sink;

    /// <summary>The query ends; without effect when it has ended already.</summary>
    /// <param name="outcome">How.</param>
    internal void End(QueryEnd outcome)
    {
        Query.RestoreAsked();
        if (_endSink is { } sink)
        {
            _endSink = null;
            sink.OnEnd(Query, outcome);
        }
    }

    /// <summary>Makes the exchange ready for the next query, and releases everything this one used.</summary>
    internal void Reset()
    {
        End(QueryEnd.Abandoned);
        Query.Clear();
        _requestLength = 0;
        _responseLength = 0;
        _written = default;
        _waitGate = null;
        Router = null;
        Observers = default;
        Seals = default;
        HasWaited = false;
        StreamedLength = 0;
        ReleaseInternalQueries();
        while (_held is { } held)
        {
            _held = held.NextHeld;
            held.NextHeld = null;
            held.Release();
        }

        if (!ReferenceEquals(_request, _keptRequest))
        {
            LargeBuffers.Return(_request);
            _request = _keptRequest;
        }

        if (!ReferenceEquals(_response, _keptResponse))
        {
            LargeBuffers.Return(_response);
            _response = _keptResponse;
        }

        if (_largeWritten is { } written)
        {
            _largeWritten = null;
            LargeBuffers.Return(written);
        }
    }

    private void WriteRequest(RequestChanges changes, Memory<byte> destination)
    {
        bool isWritten = changes == RequestChanges.Fields
            ? RequestWriter.TryPatch(Query, destination.Span, out int length)
            : RequestWriter.TryWrite(Query, destination.Span, out length);
        _written = isWritten ? destination[..length] : default;
    }

    private int ReserveForSeals()
    {
        int reserved = 0;
        foreach (IResponseSeal seal in Seals.Span)
        {
            reserved += seal.Reserve(Query);
        }

        return reserved;
    }

    private void ReleaseInternalQueries()
    {
        Exchange? first = FirstChild;
        FirstChild = null;
        NextSibling = null;
        if (Family is { } family)
        {
            Family = null;
            if (Depth == 0)
            {
                family.LeaveRoot();
            }
            else
            {
                family.Leave();
            }
        }

        Depth = 0;
        _isAbandoned = false;
        InternalQuery.Release(first);
    }
}
