using System.Buffers.Binary;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// One query on its way through a chain, as plugins see it: the question, the client, and the response. It is used again from query to query,
/// so a plugin that holds it past the end of its chain holds another query.
/// </summary>
public sealed class Query : IUpstreamAsker
{
    private EffectiveQuestion _question = new();
    private QueryView _view;
    private EdnsOptionList? _edited;
    private RequestChanges _changes;
    private ushort _udpSize;

    internal Query(Exchange exchange) => Exchange = exchange;

    /// <summary>The buffers and the lifetime of this query.</summary>
    internal Exchange Exchange { get; }

    /// <summary>The request as it came.</summary>
    public ReadOnlySpan<byte> Request => Exchange.Request;

    /// <summary>The request's header. Its flags are those that links left (<see cref="ChangeFlags"/>).</summary>
    public DnsHeader Header => _view.Header;

    /// <summary>Whether a question could be read; when not, the response carries none.</summary>
    public bool HasQuestion => _view.HasQuestion;

    /// <summary>The name that is asked, in wire form and lower case: what plugins match.</summary>
    public ReadOnlySpan<byte> Name => _question.LowerName;

    /// <summary>The same name with its case.</summary>
    public ReadOnlySpan<byte> QuestionName => _question.Name;

    /// <summary>How many labels <see cref="Name"/> has, without the root.</summary>
    public int LabelCount => _question.LabelCount;

    /// <summary>The type that is asked.</summary>
    public RecordType Type => _question.Type;

    /// <summary>The class that is asked.</summary>
    public RecordClass Class => _question.Class;

    /// <summary>The name that the client asked, in wire form and the client's case, whatever <see cref="Ask"/> has put in its place.</summary>
    public ReadOnlySpan<byte> AskedName => _view.Name(Exchange.RequestBuffer);

    /// <summary>The type that the client asked.</summary>
    public RecordType AskedType => _view.Type;

    /// <summary>The class that the client asked.</summary>
    public RecordClass AskedClass => _view.Class;

    /// <summary>Whether a link has replaced the client's question (<see cref="Ask"/>).</summary>
    public bool IsRewritten => _question.IsReplaced;

    /// <summary>Whether the request has a transaction signature (RFC 8945). An upstream cannot verify it when the request is changed.</summary>
    public bool IsSigned => _view.TransactionSignatureOffset != 0;

    /// <summary>Whether the request has EDNS(0): the client's, or what a link has added (<see cref="EnsureEdns"/>).</summary>
    public bool HasEdns => _view.Edns.Present;

    /// <summary>
    /// The UDP payload size that is honoured, echoed and sent to upstreams (RFC 6891 section 6.2.3): the client's, unless a plugin lowers it.
    /// </summary>
    public ushort UdpSize
    {
        get => _udpSize;
        set
        {
            _udpSize = value;
            Change(value == _view.Edns.UdpSize ? RequestChanges.None : RequestChanges.Fields);
        }
    }

    /// <summary>Whether the client asked for DNSSEC records (RFC 3225).</summary>
    public bool DnssecOk => _view.Edns.DnssecOk;

    /// <summary>The request's EDNS options, for <see cref="EdnsOptionReader"/>, as links left them. A change of options invalidates the span.</summary>
    public ReadOnlySpan<byte> Options
        => HasChanged(RequestChanges.Options) ? _edited!.Span : _view.Edns.Options(Request);

    /// <summary>What the client sent as EDNS(0). Offsets are those in <see cref="Request"/>.</summary>
    internal EdnsView ReceivedEdns => _view.Edns;

    /// <summary>How the query came.</summary>
    public TransportProtocol Transport { get; private set; }

    /// <summary>Who asked.</summary>
    public NetworkEndpoint Remote { get; private set; }

    /// <summary>Where it was asked: the address the client sent to, also on a wildcard listener.</summary>
    public NetworkEndpoint Local { get; private set; }

    /// <summary>When the query came, as <see cref="TimeProvider.GetTimestamp"/> counts.</summary>
    public long ReceivedTimestamp { get; internal set; }

    /// <summary>How deep this query lies within others; 0 for a client's own.</summary>
    public int Depth => Exchange.Depth;

    /// <summary>Whether the query has a listener, so that <see cref="InternalQuery.RouteAsync"/> can be used for questions within it.</summary>
    public bool HasRouter => Exchange.Router is not null;

    /// <summary>
    /// Whether nobody wants the answer any more: the query made room for another, or the query it was asked for has ended. What waits for
    /// something outside gives up soon. Any thread may read it while the query is in flight.
    /// </summary>
    public bool IsAbandoned => Exchange.IsAbandoned;

    /// <summary>
    /// When the answer is of no more use to the client, as <see cref="TimeProvider.GetTimestamp"/> counts; 0 for never. A link that
    /// waits for something outside waits no longer than that.
    /// </summary>
    public long Deadline { get; set; }

    /// <summary>What plugins can report about this query; null unless the metadata plugin is on for its name.</summary>
    public MetadataTable? Metadata { get; set; }

    /// <summary>The upstream that was asked last, as address and port; null when none was.</summary>
    public string? Upstream { get; set; }

    /// <summary>Whether an exception out of a plugin made the response.</summary>
    public bool HasFailed { get; internal set; }

    /// <summary>The server block that answers.</summary>
    public RouteInfo Route { get; internal set; } = RouteInfo.Dropped;

    /// <summary>The message that is sent, for observers: empty before the query ends, and where nothing is sent.</summary>
    public ReadOnlySpan<byte> ResponseMessage => Exchange.ResponseMessage;

    /// <summary>What will be sent.</summary>
    public Response Response { get; } = new();

    /// <summary>The most bytes this client takes: 65535 on a stream, else what it said, 512 at least (RFC 6891 section 6.2.5).</summary>
    public int ResponseSizeLimit => Transport switch
    {
        TransportProtocol.Udp => HasEdns && !HasChanged(RequestChanges.EdnsAdded) ? Math.Clamp((int)UdpSize, 512, ResponseWriter.MaxUdpPayload) : 512,
        _ => ushort.MaxValue,
    };

    /// <summary>
    /// The zone that the route was found by, so that plugins for the same zone need not compare it again; null before the query has a route, for a
    /// question that was asked of links directly, and when the question has changed since.
    /// </summary>
    internal Zone? MatchedZone { get; set; }

    /// <summary>Whether <see cref="Name"/> is in a zone.</summary>
    /// <param name="zone">The zone.</param>
    public bool IsIn(Zone zone)
        => ReferenceEquals(zone, MatchedZone) ||
            (zone.LabelCount <= LabelCount && Name[GetLabelOffset(LabelCount - zone.LabelCount)..].SequenceEqual(zone.Wire.Span));

    /// <summary>Where a label of <see cref="Name"/> starts, at its length byte.</summary>
    /// <param name="label">0 for the first label; <see cref="LabelCount"/> for the root.</param>
    public int GetLabelOffset(int label) => _question.GetLabelOffset(label);

    /// <summary>A label of <see cref="Name"/> without its length byte.</summary>
    /// <param name="label">0 for the first label.</param>
    public ReadOnlySpan<byte> GetLabel(int label)
    {
        int offset = GetLabelOffset(label);
        return Name.Slice(offset + 1, Name[offset]);
    }

    /// <summary>
    /// A link that cannot finish at once asks here before it starts to wait. False means that as many queries wait already as may:
    /// the link then settles the response without waiting.
    /// </summary>
    public bool TryBeginWait() => Exchange.TryBeginWait();

    /// <summary>Reads what a plugin reports about this query (<see cref="MetadataField"/>); null where there is nothing.</summary>
    /// <param name="name">The field's name, like <c>forward/upstream</c>.</param>
    public string? GetMetadata(string name) => Metadata?.Read(this, name);

    /// <summary>Keeps something that the response points into, until the query is over.</summary>
    /// <param name="resource">What to release then; no query holds it yet.</param>
    public void Hold(QueryResource resource) => Exchange.Hold(resource);

    /// <summary>
    /// Replaces the question for the links below, and for upstreams. The client's message keeps its own. Who asks another question restores the
    /// client's on the way up (<see cref="RestoreAsked"/>); a record without an owner of its own then has the asked name.
    /// </summary>
    /// <param name="name">The name in wire form; its case is kept. It may be a part of the query's names.</param>
    /// <param name="type">The type.</param>
    /// <param name="recordClass">The class.</param>
    /// <exception cref="ArgumentException">The name is not a whole name.</exception>
    public void Ask(ReadOnlySpan<byte> name, RecordType type, RecordClass recordClass)
    {
        _question.Replace(name, type, recordClass);
        MatchedZone = null;
        Change(RequestChanges.Question);
    }

    /// <summary>Restores the client's question; without effect where it was not replaced.</summary>
    public void RestoreAsked()
    {
        if (_question.IsReplaced)
        {
            _question.Take(Exchange.RequestBuffer, in _view);
            MatchedZone = null;
            _changes &= ~RequestChanges.Question;
            Exchange.ForgetWrittenRequest();
        }
    }

    /// <summary>Changes flags of the request, as if the client had sent it so. The response repeats RD and CD as they are then.</summary>
    /// <param name="set">Flags to set.</param>
    /// <param name="clear">Flags to clear; one that is in both is set.</param>
    public void ChangeFlags(HeaderFlags set, HeaderFlags clear)
    {
        _view.Header.Flags = (_view.Header.Flags & ~clear) | set;
        Change(RequestChanges.Fields);
    }

    /// <summary>Adds EDNS(0) without options to a request that has none. The client then gets EDNS too, but no longer messages than without.</summary>
    /// <param name="udpSize">The UDP payload size.</param>
    public void EnsureEdns(ushort udpSize)
    {
        if (!HasEdns)
        {
            _view.Edns = new EdnsView { Present = true, UdpSize = udpSize };
            _udpSize = udpSize;
            Change(RequestChanges.EdnsAdded);
        }
    }

    /// <summary>Finds the first EDNS option of a code.</summary>
    /// <param name="code">The option.</param>
    /// <param name="data">Its data. A change of options invalidates it.</param>
    public bool TryGetOption(EdnsOptionCode code, out ReadOnlySpan<byte> data) => EdnsOptionReader.TryFind(Options, code, out data);

    /// <summary>Replaces the data of the first EDNS option of a code; appends the option where there is none.</summary>
    /// <param name="code">The option.</param>
    /// <param name="data">Its data; not a part of <see cref="Options"/>.</param>
    /// <returns>False, and nothing changed, where the request has no EDNS (<see cref="EnsureEdns"/>), or its options would be longer than <see cref="EdnsOptionList.MaxLength"/>.</returns>
    public bool SetOption(EdnsOptionCode code, ReadOnlySpan<byte> data) => HasEdns && EditOptions().TrySet(code, data);

    /// <summary>Appends an EDNS option, whether there is one of its code or not.</summary>
    /// <param name="code">The option.</param>
    /// <param name="data">Its data; not a part of <see cref="Options"/>.</param>
    /// <returns>False, and nothing changed, where the request has no EDNS (<see cref="EnsureEdns"/>), or its options would be longer than <see cref="EdnsOptionList.MaxLength"/>.</returns>
    public bool AppendOption(EdnsOptionCode code, ReadOnlySpan<byte> data) => HasEdns && EditOptions().TryAdd(code, data);

    /// <summary>Removes all EDNS options of a code.</summary>
    /// <param name="code">The option.</param>
    /// <returns>Whether there was one.</returns>
    public bool RemoveOption(EdnsOptionCode code)
    {
        if (Options.IsEmpty || !TryGetOption(code, out _))
        {
            return false;
        }

        EditOptions().Remove(code);
        return true;
    }

    /// <summary>
    /// The query as an upstream is to get it: the client's bytes where nothing was changed, otherwise a message with the question, flags and EDNS that
    /// links left. It does not change before a link changes the query again.
    /// </summary>
    /// <param name="request">The message; an upstream channel replaces its ID.</param>
    /// <returns>False where such a message would be longer than 65535 bytes, or a record of the request is malformed.</returns>
    public bool TryGetRequest(out ReadOnlyMemory<byte> request) => Exchange.TryGetRequest(_changes, out request);

    /// <summary>Reads a request.</summary>
    /// <param name="transport">How it came.</param>
    /// <param name="local">Where it was asked.</param>
    /// <param name="remote">Who asked.</param>
    /// <param name="timestamp">When it came.</param>
    internal QueryVerdict Read(TransportProtocol transport, in NetworkEndpoint local, in NetworkEndpoint remote, long timestamp)
    {
        Transport = transport;
        Local = local;
        Remote = remote;
        ReceivedTimestamp = timestamp;
        return Judge(MessageParser.TryParseQuery(Request, ref _view));
    }

    /// <summary>Makes the query as new.</summary>
    internal void Clear()
    {
        Response.Reset();
        _question.Clear();
        _edited?.Clear();
        _changes = RequestChanges.None;
        _view = default;
        _udpSize = 0;
        Transport = default;
        Local = default;
        Remote = default;
        ReceivedTimestamp = 0;
        Route = RouteInfo.Dropped;
        MatchedZone = null;
        Deadline = 0;
        Metadata = null;
        Upstream = null;
        HasFailed = false;
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
                if (_view.Edns.Present)
                {
                    // Without OPT in the response, the client would take the server for one without EDNS (RFC 6891 section 7).
                    _view.Edns = new EdnsView { Present = true, UdpSize = _view.Edns.UdpSize };
                    TakeQuestion();
                }
                else
                {
                    // Nothing that was read before the error is to be trusted, so the answer repeats none of it.
                    _view = new QueryView { Header = _view.Header };
                }

                Response.Fail("", ResponseCode.FormErr, failure: null);
                return QueryVerdict.Respond;
            default:
                return QueryVerdict.Drop;
        }
    }

    private void TakeQuestion()
    {
        _udpSize = _view.Edns.UdpSize;
        MatchedZone = null;
        _question.Take(Exchange.RequestBuffer, in _view);
    }

    private EdnsOptionList EditOptions()
    {
        if (!HasChanged(RequestChanges.Options))
        {
            (_edited ??= new EdnsOptionList()).Load(Options);
        }

        Change(RequestChanges.Options);
        return _edited!;
    }

    private bool HasChanged(RequestChanges changes) => (_changes & changes) != RequestChanges.None;

    private void Change(RequestChanges changes)
    {
        _changes |= changes;
        Exchange.ForgetWrittenRequest();
    }
}
