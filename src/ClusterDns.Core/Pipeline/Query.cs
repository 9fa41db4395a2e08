using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// One query on its way through the server: what was asked, by whom, and what will be answered. A context owns the buffers its
/// messages stand in and is reused from query to query, so that serving allocates nothing. Whoever holds it past the end of the
/// chain holds somebody else's query.
/// </summary>
[SuppressMessage("Design", "MA0036:Make class static", Justification = "Instances hold a query.")]
public sealed class Query : IUpstreamAsker
{
    /// <summary>How many bytes of a request fit without renting: every query that a resolver sends, with room.</summary>
    public const int KeptRequestSize = 4096;

    /// <summary>How many bytes of a response fit without renting.</summary>
    public const int KeptResponseSize = 4096;

    private readonly byte[] _keptRequest = GC.AllocateUninitializedArray<byte>(KeptRequestSize, pinned: true);
    private readonly byte[] _keptResponse = GC.AllocateUninitializedArray<byte>(ResponseWriter.FramePrefix + KeptResponseSize, pinned: true);
    private readonly byte[] _name = new byte[DomainName.MaxWireLength];
    private readonly byte[] _labelOffsets = new byte[(DomainName.MaxWireLength + 1) / 2];
    private byte[] _request;
    private byte[] _response;
    private int _requestLength;
    private int _responseLength;
    private QueryView _query;
    private IWaitGate? _waitGate;
    private QueryResource? _held;
    private IQueryEndSink? _endSink;
    private volatile bool _isAbandoned;
    private int _leases;

    /// <summary>A context with its own buffers.</summary>
    public Query()
    {
        _request = _keptRequest;
        _response = _keptResponse;
    }

    /// <summary>How often this context was reset: a late user can tell that it is not his query any more.</summary>
    public int Generation { get; private set; }

    /// <summary>Where a listener puts the request's bytes; pinned, so that the kernel may write to it.</summary>
    public byte[] RequestBuffer => _request;

    /// <summary>The request as it came, but for what <see cref="ChangeFlags"/> changed.</summary>
    public ReadOnlySpan<byte> Request => _request.AsSpan(0, _requestLength);

    /// <summary>The length in octets of the request as it came, whatever was removed from it since.</summary>
    public int ReceivedLength { get; private set; }

    /// <summary>The request's header.</summary>
    public DnsHeader Header => _query.Header;

    /// <summary>The name that was asked, in wire form and the client's case.</summary>
    public ReadOnlySpan<byte> QuestionName => _request.AsSpan(DnsHeader.Length, _query.NameLength);

    /// <summary>Whether a question could be read; when not, the response carries none.</summary>
    public bool HasQuestion => _query.HasQuestion;

    /// <summary>The name that was asked, in wire form and lower case: what plugins match.</summary>
    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _query.NameLength);

    /// <summary>How many labels <see cref="Name"/> has, without the root.</summary>
    public int LabelCount { get; private set; }

    /// <summary>The type that was asked.</summary>
    public RecordType Type => _query.Type;

    /// <summary>The class that was asked.</summary>
    public RecordClass Class => _query.Class;

    /// <summary>What the client said by EDNS(0).</summary>
    public EdnsView Edns => _query.Edns;

    /// <summary>
    /// The UDP payload size that is honoured and echoed (RFC 6891 section 6.2.3): the client's, unless a plugin lowers it.
    /// </summary>
    public ushort UdpSize { get; set; }

    /// <summary>Whether the client asked for DNSSEC records (RFC 3225).</summary>
    public bool DnssecOk => _query.Edns.DnssecOk;

    /// <summary>How the query came.</summary>
    public TransportProtocol Transport { get; private set; }

    /// <summary>Who asked.</summary>
    public NetworkEndpoint Remote { get; private set; }

    /// <summary>Where it was asked: the address the client sent to, also on a wildcard listener.</summary>
    public NetworkEndpoint Local { get; private set; }

    /// <summary>When the query came, as <see cref="TimeProvider.GetTimestamp"/> counts.</summary>
    public long ReceivedTimestamp { get; private set; }

    /// <summary>Says when the query came, where that is known before it is taken in: a batch of datagrams comes at one time.</summary>
    /// <param name="timestamp">The time, as <see cref="TimeProvider.GetTimestamp"/> counts.</param>
    public void MarkReceived(long timestamp) => ReceivedTimestamp = timestamp;

    /// <summary>Answers internal queries as the client's listener would; null where there is no listener.</summary>
    public IQueryRouter? Router { get; set; }

    /// <summary>How deep this query lies within others; 0 for a client's own.</summary>
    public int Depth { get; private set; }

    /// <summary>What it has in common with the questions asked for it, or with the query it was asked for; null where there are none.</summary>
    internal QueryFamily? Family { get; private set; }

    /// <summary>The internal query that was asked last.</summary>
    internal Query? FirstChild { get; set; }

    /// <summary>The internal query that was asked before this one, for the same query.</summary>
    internal Query? NextSibling { get; set; }

    /// <summary>
    /// Whether nobody wants the answer any more: the query made room for another, or the query it was asked for has ended. What waits for
    /// something outside gives up soon. Any thread may read it while the query is in flight.
    /// </summary>
    public bool IsAbandoned => _isAbandoned || (Depth > 0 && Family is { IsAbandoned: true });

    /// <summary>
    /// When the answer is of no more use to the client, as <see cref="TimeProvider.GetTimestamp"/> counts; 0 for never. A link that
    /// waits for something outside waits no longer than that.
    /// </summary>
    public long Deadline { get; set; }

    /// <summary>What plugins can tell about this query; null unless the metadata plugin is on for its name.</summary>
    public MetadataTable? Metadata { get; set; }

    /// <summary>The upstream that was asked last, as address and port; null when none was.</summary>
    public string? Upstream { get; set; }

    /// <summary>Whether an exception out of a plugin made the response.</summary>
    public bool HasFailed { get; set; }

    /// <summary>What sees this query's end; empty for a query that no server block takes.</summary>
    public ReadOnlyMemory<IQueryObserver> Observers { get; set; }

    /// <summary>What changes the response's bytes when they are written, in order; empty for a query that no server block takes.</summary>
    public ReadOnlyMemory<IResponseSeal> Seals { get; set; }

    /// <summary>
    /// How long the messages of a <see cref="Response.Stream"/> are that were written so far, without compression; 0 where the answer is one
    /// message.
    /// </summary>
    internal int StreamedLength { get; private set; }

    /// <summary>The server block that answers.</summary>
    public RouteInfo Route { get; set; } = RouteInfo.Dropped;

    /// <summary>What will be sent.</summary>
    public Response Response { get; } = new();

    /// <summary>The message that <see cref="WriteResponse"/> wrote.</summary>
    public ReadOnlySpan<byte> ResponseMessage => _response.AsSpan(ResponseWriter.FramePrefix, _responseLength);

    /// <summary>The same message after its length in two bytes (RFC 1035 section 4.2.2); pinned.</summary>
    public Memory<byte> FramedResponse => _response.AsMemory(0, ResponseWriter.FramePrefix + _responseLength);

    /// <summary>The pinned array that holds the response from <see cref="ResponseWriter.FramePrefix"/> on.</summary>
    public byte[] ResponseBuffer => _response;

    /// <summary>How long the response is.</summary>
    public int ResponseLength => _responseLength;

    /// <summary>The most bytes this client takes: 65535 on a stream, else what it said, 512 at least (RFC 6891 section 6.2.5).</summary>
    public int ResponseSizeLimit => Transport switch
    {
        TransportProtocol.Udp => Edns.Present ? Math.Clamp((int)UdpSize, 512, ResponseWriter.MaxUdpPayload) : 512,
        _ => ushort.MaxValue,
    };

    /// <summary>Makes sure a request of <paramref name="length"/> bytes fits into <see cref="RequestBuffer"/>.</summary>
    /// <param name="length">At most 65535.</param>
    public void EnsureRequestCapacity(int length)
    {
        if (length > _request.Length)
        {
            LargeBuffers.Return(_request);
            _request = LargeBuffers.Rent();
        }
    }

    /// <summary>Takes in the request that stands in <see cref="RequestBuffer"/>.</summary>
    /// <param name="length">How many bytes it has.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="local">Where it was asked.</param>
    /// <param name="remote">Who asked.</param>
    /// <param name="timestamp">When it came, as <see cref="TimeProvider.GetTimestamp"/> counts.</param>
    /// <param name="waitGate">Bounds how many queries of this listener wait at once; null for no bound.</param>
    /// <returns>
    /// Whether to serve it, to send the <see cref="Response"/> that says what is wrong, or to send nothing.
    /// </returns>
    public QueryVerdict Accept(
        int length,
        TransportProtocol transport,
        in NetworkEndpoint local,
        in NetworkEndpoint remote,
        long timestamp,
        IWaitGate? waitGate = null)
    {
        _requestLength = length;
        ReceivedLength = length;
        Transport = transport;
        Local = local;
        Remote = remote;
        ReceivedTimestamp = timestamp;
        _waitGate = waitGate;
        return Judge(MessageParser.TryParseQuery(Request, ref _query));
    }

    /// <summary>
    /// The answer is not wanted any more. Whoever calls this on another thread makes sure that the query is in flight until it returns.
    /// </summary>
    public void Abandon() => _isAbandoned = true;

    /// <summary>Takes in the internal query that stands in <see cref="RequestBuffer"/>; its parent has a lease on it.</summary>
    internal QueryVerdict AcceptInternal(int length, Query parent, QueryFamily family)
    {
        Router = parent.Router;
        Route = parent.Route;
        Depth = parent.Depth + 1;
        Deadline = parent.Deadline;
        Family = family;
        _leases = 1;
        return Accept(length, parent.Transport, parent.Local, parent.Remote, parent.ReceivedTimestamp, family);
    }

    /// <summary>The family of the questions asked for this query, made for the first.</summary>
    internal QueryFamily GetFamily() => Family ??= QueryFamily.Create(this, _waitGate);

    /// <summary>A chain begins to serve this internal query: it is not taken back before the chain has ended.</summary>
    internal void AddLease() => Interlocked.Increment(ref _leases);

    /// <summary>The parent or a chain is done with this internal query; whether it was the last.</summary>
    internal bool EndLease() => Interlocked.Decrement(ref _leases) == 0;

    /// <summary>Where a label of <see cref="Name"/> starts, at its length byte.</summary>
    /// <param name="label">0 for the first label; <see cref="LabelCount"/> for the root.</param>
    public int GetLabelOffset(int label)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(label, LabelCount);
        return _labelOffsets[label];
    }

    /// <summary>A label of <see cref="Name"/> without its length byte.</summary>
    /// <param name="label">0 for the first label.</param>
    public ReadOnlySpan<byte> GetLabel(int label)
    {
        int offset = GetLabelOffset(label);
        return _name.AsSpan(offset + 1, _name[offset]);
    }

    /// <summary>
    /// A link that cannot finish at once asks here before it starts to wait. False means that as many queries wait already as may:
    /// the link then settles the response without waiting.
    /// </summary>
    public bool TryBeginWait()
    {
        HasWaited = true;
        return _waitGate is null || _waitGate.TryEnter();
    }

    /// <summary>Whether a link asked to wait, for this query or for a question within it.</summary>
    public bool HasWaited { get; internal set; }

    /// <summary>The chain waits no longer: whether the client still wants the answer.</summary>
    public WaitEnd EndWait() => _waitGate?.EndWait() ?? WaitEnd.Wanted;

    /// <summary>
    /// Changes flags of the request, as if the client had sent it so: in <see cref="Header"/>, and in the bytes that an upstream is
    /// sent.
    /// </summary>
    /// <param name="set">Flags to set.</param>
    /// <param name="clear">Flags to clear; one that is in both is set.</param>
    public void ChangeFlags(HeaderFlags set, HeaderFlags clear)
    {
        _query.Header.Flags = (_query.Header.Flags & ~clear) | set;
        _query.Header.Write(_request);
    }

    /// <summary>
    /// Removes an EDNS option from the request, as if the client had not sent it. A signed request stays as it is, since its signature
    /// covers the option.
    /// </summary>
    /// <param name="code">The option.</param>
    public void RemoveOption(EdnsOptionCode code)
    {
        if (Edns.OptionsLength == 0 || _query.TransactionSignatureOffset != 0)
        {
            return;
        }

        int offset = Edns.OptionsOffset;
        EdnsOptionReader options = new(Edns.Options(Request));
        while (options.TryRead(out EdnsOptionCode found, out ReadOnlySpan<byte> data))
        {
            int length = EdnsOptionReader.PrefixLength + data.Length;
            if (found != code)
            {
                offset += length;
                continue;
            }

            _request.AsSpan((offset + length).._requestLength).CopyTo(_request.AsSpan(offset));
            _requestLength -= length;
            _query.Edns.OptionsLength -= length;
            BinaryPrimitives.WriteUInt16BigEndian(_request.AsSpan(Edns.OptionsOffset - 2), (ushort)Edns.OptionsLength);
            options = new(_request.AsSpan(offset, Edns.OptionsOffset + Edns.OptionsLength - offset));
        }
    }

    /// <summary>Writes the response into <see cref="ResponseBuffer"/>, with compression, in the size the client takes.</summary>
    /// <returns>How long the message is.</returns>
    public int WriteResponse()
    {
        int limit = ResponseSizeLimit;
        int kept = Math.Min(limit, KeptResponseSize);
        int reserved = Seals.IsEmpty ? 0 : ReserveForSeals();
        if (!ResponseWriter.TryWrite(this, _response.AsSpan(ResponseWriter.FramePrefix, kept), kept == limit, reserved, out _responseLength))
        {
            kept = limit;
            LargeBuffers.Return(_response);
            _response = LargeBuffers.Rent();
            ResponseWriter.TryWrite(this, _response.AsSpan(ResponseWriter.FramePrefix, limit), true, reserved, out _responseLength);
        }

        foreach (IResponseSeal seal in Seals.Span)
        {
            int length = seal.Seal(this, _response.AsSpan(ResponseWriter.FramePrefix, kept), _responseLength);
            _responseLength = length <= kept ? length : throw new InvalidOperationException($"A seal made the response {length} octets long, where {kept} fit.");
        }

        if (Response.Stream is not null)
        {
            StreamedLength += ResponseWriter.GetMessageLength(this);
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(_response, (ushort)_responseLength);
        return _responseLength;
    }

    private int ReserveForSeals()
    {
        int reserved = 0;
        foreach (IResponseSeal seal in Seals.Span)
        {
            reserved += seal.Reserve(this);
        }

        return reserved;
    }

    /// <summary>Writes the next message of a <see cref="Response.Stream"/> in place of the one that was written before.</summary>
    /// <returns>False when there is no further message.</returns>
    public bool TryWriteNextMessage()
    {
        Response.ClearRecords();
        if (Response.Stream is not { } stream || !stream.TryFill(Response))
        {
            return false;
        }

        WriteResponse();
        return true;
    }

    /// <summary>Reads what a plugin tells about this query (<see cref="MetadataField"/>); null where there is nothing.</summary>
    /// <param name="name">The field's name, like <c>forward/upstream</c>.</param>
    public string? GetMetadata(string name) => Metadata?.Read(this, name);

    /// <summary>Keeps something that the response points into, until the query is over.</summary>
    /// <param name="resource">What to release then; no query holds it yet.</param>
    public void Hold(QueryResource resource)
    {
        resource.NextHeld = _held;
        _held = resource;
    }

    /// <summary>The query begins: it ends once, by <see cref="End"/> or at the latest by <see cref="Reset"/>.</summary>
    /// <param name="sink">What passes the end on.</param>
    public void Begin(IQueryEndSink sink) => _endSink = sink;

    /// <summary>The query ends; without effect when it has ended already.</summary>
    /// <param name="outcome">How.</param>
    public void End(QueryEnd outcome)
    {
        if (_endSink is { } sink)
        {
            _endSink = null;
            sink.OnEnd(this, outcome);
        }
    }

    /// <summary>Makes the context ready for the next query, and lets go of everything this one used.</summary>
    public void Reset()
    {
        End(QueryEnd.Abandoned);
        Generation++;
        Response.Reset();
        _requestLength = 0;
        ReceivedLength = 0;
        _responseLength = 0;
        ReceivedTimestamp = 0;
        _query = default;
        LabelCount = 0;
        Route = RouteInfo.Dropped;
        _waitGate = null;
        Router = null;
        Deadline = 0;
        Metadata = null;
        Upstream = null;
        HasFailed = false;
        HasWaited = false;
        Observers = default;
        Seals = default;
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
    }

    private void ReleaseInternalQueries()
    {
        Query? first = FirstChild;
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

    private QueryVerdict Judge(QueryStatus status)
    {
        switch (status)
        {
            case QueryStatus.Ok:
                TakeQuestion();
                return QueryVerdict.Serve;
            case QueryStatus.BadVersion:
                TakeQuestion();
                Response.Fail("", ResponseCode.BadVers, failure: null);
                return QueryVerdict.Respond;
            case QueryStatus.NotImplemented:
                Response.Fail("", ResponseCode.NotImp, failure: null);
                return QueryVerdict.Respond;
            case QueryStatus.FormatError:
                if (_query.Edns.Present)
                {
                    // Without OPT in the response, the client would take the server for one without EDNS (RFC 6891 section 7).
                    _query.Edns = new EdnsView { Present = true, UdpSize = _query.Edns.UdpSize };
                    TakeQuestion();
                }
                else
                {
                    // Nothing that was read before the error is to be trusted, so the answer repeats none of it.
                    _query = new QueryView { Header = _query.Header };
                }

                Response.Fail("", ResponseCode.FormErr, failure: null);
                return QueryVerdict.Respond;
            default:
                return QueryVerdict.Drop;
        }
    }

    private void TakeQuestion()
    {
        UdpSize = _query.Edns.UdpSize;
        DomainName.ToLowerInvariant(QuestionName, _name);
        int labels = 0;
        int offset = 0;
        while (_name[offset] != 0)
        {
            _labelOffsets[labels++] = (byte)offset;
            offset += _name[offset] + 1;
        }

        _labelOffsets[labels] = (byte)offset;
        LabelCount = labels;
    }
}
