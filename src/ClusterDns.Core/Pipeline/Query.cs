using System.Buffers.Binary;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// One query on its way through a chain, as plugins see it: what is asked, by whom, and what will be answered. It is used again from query to query,
/// so a plugin that holds it past the end of its chain holds another query.
/// </summary>
public sealed class Query : IUpstreamAsker
{
    private readonly byte[] _name = new byte[DomainName.MaxWireLength];
    private readonly byte[] _labelOffsets = new byte[(DomainName.MaxWireLength + 1) / 2];
    private QueryView _view;

    internal Query(Exchange exchange) => Exchange = exchange;

    /// <summary>The buffers and the lifetime of this query.</summary>
    internal Exchange Exchange { get; }

    /// <summary>The request as it came, but for what <see cref="ChangeFlags"/> changed.</summary>
    public ReadOnlySpan<byte> Request => Exchange.Request;

    /// <summary>The length in octets of the request as it came, whatever was removed from it since.</summary>
    public int ReceivedLength { get; private set; }

    /// <summary>The request's header.</summary>
    public DnsHeader Header => _view.Header;

    /// <summary>The name that was asked, in wire form and the client's case.</summary>
    public ReadOnlySpan<byte> QuestionName => Exchange.RequestBuffer.AsSpan(DnsHeader.Length, _view.NameLength);

    /// <summary>Whether a question could be read; when not, the response carries none.</summary>
    public bool HasQuestion => _view.HasQuestion;

    /// <summary>The name that was asked, in wire form and lower case: what plugins match.</summary>
    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _view.NameLength);

    /// <summary>How many labels <see cref="Name"/> has, without the root.</summary>
    public int LabelCount { get; private set; }

    /// <summary>The type that was asked.</summary>
    public RecordType Type => _view.Type;

    /// <summary>The class that was asked.</summary>
    public RecordClass Class => _view.Class;

    /// <summary>What the client said by EDNS(0).</summary>
    public EdnsView Edns => _view.Edns;

    /// <summary>
    /// The UDP payload size that is honoured and echoed (RFC 6891 section 6.2.3): the client's, unless a plugin lowers it.
    /// </summary>
    public ushort UdpSize { get; set; }

    /// <summary>Whether the client asked for DNSSEC records (RFC 3225).</summary>
    public bool DnssecOk => _view.Edns.DnssecOk;

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
        TransportProtocol.Udp => Edns.Present ? Math.Clamp((int)UdpSize, 512, ResponseWriter.MaxUdpPayload) : 512,
        _ => ushort.MaxValue,
    };

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
    public bool TryBeginWait() => Exchange.TryBeginWait();

    /// <summary>Reads what a plugin reports about this query (<see cref="MetadataField"/>); null where there is nothing.</summary>
    /// <param name="name">The field's name, like <c>forward/upstream</c>.</param>
    public string? GetMetadata(string name) => Metadata?.Read(this, name);

    /// <summary>The query as an upstream is to get it. It does not change before the query is over.</summary>
    public ReadOnlyMemory<byte> GetRequest() => Exchange.RequestBuffer.AsMemory(0, Request.Length);

    /// <summary>Keeps something that the response points into, until the query is over.</summary>
    /// <param name="resource">What to release then; no query holds it yet.</param>
    public void Hold(QueryResource resource) => Exchange.Hold(resource);

    /// <summary>
    /// Changes flags of the request, as if the client had sent it so: in <see cref="Header"/>, and in the bytes that an upstream is
    /// sent.
    /// </summary>
    /// <param name="set">Flags to set.</param>
    /// <param name="clear">Flags to clear; one that is in both is set.</param>
    public void ChangeFlags(HeaderFlags set, HeaderFlags clear)
    {
        _view.Header.Flags = (_view.Header.Flags & ~clear) | set;
        _view.Header.Write(Exchange.RequestBuffer);
    }

    /// <summary>
    /// Removes an EDNS option from the request, as if the client had not sent it. A signed request stays as it is, since its signature
    /// covers the option.
    /// </summary>
    /// <param name="code">The option.</param>
    public void RemoveOption(EdnsOptionCode code)
    {
        if (Edns.OptionsLength == 0 || _view.TransactionSignatureOffset != 0)
        {
            return;
        }

        byte[] request = Exchange.RequestBuffer;
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

            request.AsSpan((offset + length)..Request.Length).CopyTo(request.AsSpan(offset));
            Exchange.ShortenRequest(length);
            _view.Edns.OptionsLength -= length;
            BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(Edns.OptionsOffset - 2), (ushort)Edns.OptionsLength);
            options = new(request.AsSpan(offset, Edns.OptionsOffset + Edns.OptionsLength - offset));
        }
    }

    /// <summary>Reads a request.</summary>
    /// <param name="length">How many bytes it has.</param>
    /// <param name="transport">How it came.</param>
    /// <param name="local">Where it was asked.</param>
    /// <param name="remote">Who asked.</param>
    /// <param name="timestamp">When it came.</param>
    internal QueryVerdict Read(int length, TransportProtocol transport, in NetworkEndpoint local, in NetworkEndpoint remote, long timestamp)
    {
        ReceivedLength = length;
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
        ReceivedLength = 0;
        ReceivedTimestamp = 0;
        _view = default;
        LabelCount = 0;
        Route = RouteInfo.Dropped;
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
        UdpSize = _view.Edns.UdpSize;
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
