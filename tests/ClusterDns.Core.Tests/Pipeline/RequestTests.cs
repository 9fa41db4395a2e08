using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>The query as upstreams get it.</summary>
public sealed class RequestTests
{
    private static readonly byte[] Other = DomainName.Parse("Other.example.");

    private readonly Exchange _exchange = new();

    private Query Query => _exchange.Query;

    [Fact]
    public void A_request_that_nobody_changed_is_passed_on_as_it_came()
    {
        byte[] request = [.. Messages.QueryWithEdns("A.test", RecordType.A, 1232), 1, 2, 3];
        Messages.Accept(Query, request);

        Assert.Equal(request, Get());
    }

    [Fact]
    public void Flags_change_in_the_header_and_nothing_else_does()
    {
        byte[] request = Messages.QueryWithEdns("a.test", RecordType.A, 1232);
        request[2] = 0x21;
        request[3] = 0x10;
        Messages.Accept(Query, request);

        Query.ChangeFlags(HeaderFlags.AuthenticData, HeaderFlags.RecursionDesired | HeaderFlags.AuthenticData);

        Assert.Equal(request, Query.Request.ToArray());
        request[2] = 0x20;
        request[3] = 0x30;
        Assert.Equal(request, Get());
        Assert.Equal(HeaderFlags.AuthenticData | HeaderFlags.CheckingDisabled, Query.Header.Flags);
        Assert.Equal(Opcode.Notify, Query.Header.Opcode);
    }

    [Fact]
    public void A_lowered_UDP_size_is_sent()
    {
        Messages.Accept(Query, WithOptions("0003 0000"));

        Query.UdpSize = 512;

        Assert.Equal(WithOptions("0003 0000", udpSize: 512), Get());
    }

    [Fact]
    public void A_UDP_size_without_EDNS_changes_nothing()
    {
        byte[] request = Messages.Query("a.test", RecordType.A);
        Messages.Accept(Query, request);

        Query.UdpSize = Math.Min(Query.UdpSize, (ushort)512);

        Assert.Equal(request, Get());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("0003 0000", "0003 0000")]
    [InlineData("000A 0002 0102", "")]
    [InlineData("000A 0000", "")]
    [InlineData("000A 0002 0102 0003 0000", "0003 0000")]
    [InlineData("0003 0000 000A 0002 0102", "0003 0000")]
    [InlineData("FDE9 0001 0A 000A 0002 0102 0003 0000 000A 0001 07 FDE9 0000", "FDE9 0001 0A 0003 0000 FDE9 0000")]
    public void An_option_is_removed_as_if_it_had_not_been_sent(string options, string left)
    {
        byte[] request = WithOptions(options);
        Messages.Accept(Query, request);

        Assert.Equal(options != left, Query.RemoveOption(EdnsOptionCode.Cookie));

        Assert.Equal(WithOptions(left), Get());
        Assert.Equal(request, Query.Request.ToArray());
        Assert.Equal(Hex(left), Query.Options.ToArray());
        Assert.False(Query.RemoveOption(EdnsOptionCode.Cookie));
    }

    [Theory]
    [InlineData("", "FDE9 0002 0102")]
    [InlineData("0003 0000", "0003 0000 FDE9 0002 0102")]
    [InlineData("FDE9 0001 0A 0003 0000 FDE9 0001 0B", "FDE9 0002 0102 0003 0000 FDE9 0001 0B")]
    [InlineData("FDE9 0003 0A0B0C 0003 0000", "FDE9 0002 0102 0003 0000")]
    public void The_first_option_of_a_code_is_set_in_its_place(string options, string set)
    {
        Messages.Accept(Query, WithOptions(options));

        Assert.True(Query.SetOption((EdnsOptionCode)0xFDE9, [1, 2]));

        Assert.Equal(WithOptions(set), Get());
        Assert.True(Query.TryGetOption((EdnsOptionCode)0xFDE9, out ReadOnlySpan<byte> data));
        Assert.Equal([1, 2], data.ToArray());
    }

    [Fact]
    public void An_option_is_appended_beside_one_of_its_code()
    {
        Messages.Accept(Query, WithOptions("0003 0000"));

        Assert.True(Query.AppendOption(EdnsOptionCode.NameServerIdentifier, [7]));

        Assert.Equal(WithOptions("0003 0000 0003 0001 07"), Get());
    }

    [Fact]
    public void Options_need_EDNS_which_can_be_added()
    {
        byte[] request = Messages.Query("a.test", RecordType.A);
        Messages.Accept(Query, request);
        Assert.False(Query.SetOption(EdnsOptionCode.NameServerIdentifier, []));
        Assert.False(Query.AppendOption(EdnsOptionCode.NameServerIdentifier, []));
        Assert.Equal(request, Get());

        Query.EnsureEdns(4096);

        Assert.True(Query.HasEdns);
        Assert.Equal(4096, Query.UdpSize);
        Assert.Equal(512, Query.ResponseSizeLimit);
        Assert.Equal(Messages.QueryWithEdns("a.test", RecordType.A, 4096), Get());
        Assert.True(Query.AppendOption(EdnsOptionCode.NameServerIdentifier, []));
        Assert.Equal(WithOptions("0003 0000", udpSize: 4096), Get());
    }

    [Fact]
    public void EDNS_that_the_client_sent_stays()
    {
        byte[] request = Messages.QueryWithEdns("a.test", RecordType.A, 1232, dnssecOk: true);
        Messages.Accept(Query, request);

        Query.EnsureEdns(4096);

        Assert.Equal(request, Get());
        Query.SetOption(EdnsOptionCode.NameServerIdentifier, []);
        Assert.Equal([.. request[..^2], 0, 4, 0, 3, 0, 0], Get());
    }

    [Fact]
    public void Options_are_bounded_and_those_of_a_client_are_kept_whole()
    {
        Messages.Accept(Query, WithOptions(new byte[5000], (EdnsOptionCode)0xFDE9), TransportProtocol.Tcp);

        Assert.False(Query.AppendOption(EdnsOptionCode.NameServerIdentifier, []));
        Assert.Equal(5004, Query.Options.Length);
        Assert.True(Query.SetOption((EdnsOptionCode)0xFDE9, [1]));
        Assert.True(Query.AppendOption(EdnsOptionCode.NameServerIdentifier, new byte[EdnsOptionList.MaxLength - 9]));
        Assert.False(Query.AppendOption(EdnsOptionCode.Cookie, []));
        Assert.True(Query.TryGetOption((EdnsOptionCode)0xFDE9, out ReadOnlySpan<byte> data));
        Assert.Equal([1], data.ToArray());
    }

    [Fact]
    public void The_question_that_a_link_asks_is_sent()
    {
        Messages.Accept(Query, Messages.QueryWithEdns("a.test", RecordType.A, 1232));

        Query.Ask(Other, RecordType.AAAA, RecordClass.IN);
        Assert.Equal(Messages.QueryWithEdns("Other.example", RecordType.AAAA, 1232), Get());

        Query.RestoreAsked();
        Assert.Equal(Messages.QueryWithEdns("a.test", RecordType.A, 1232), Get());
    }

    [Fact]
    public void Other_records_are_kept_with_their_names_when_the_question_changes()
    {
        // SOA of IXFR; owner and primary server point to the question.
        byte[] soa = [0xC0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 26, 0xC0, 12, 1, (byte)'h', 0xC0, 12, .. new byte[20]];
        byte[] request = Messages.Query("A.test", RecordType.IXFR, bytes => bytes.AddRange(soa));
        request[9] = 1;
        Assert.Equal(QueryVerdict.Serve, Messages.Accept(Query, request));

        Query.Ask(Other, RecordType.IXFR, RecordClass.IN);

        byte[] sent = Get();
        Assert.Equal(Messages.Query("Other.example", RecordType.IXFR)[12..], sent[12..(12 + Other.Length + 4)]);
        WireReader reader = new(sent, 12 + Other.Length + 4);
        Assert.True(reader.TryReadRecord(out RecordView record));
        Assert.Equal(sent.Length, record.End);
        byte[] names = new byte[510];
        Assert.True(CompressedName.TryExpand(sent, record.OwnerOffset, names, out int length, out _));
        Assert.Equal("A.test.", DomainName.ToText(names[..length]));
        Assert.True(RdataNames.TryExpandRdata(sent, in record, names, out length));
        Assert.Equal([.. DomainName.Parse("A.test."), .. DomainName.Parse("h.A.test."), .. new byte[20]], names[..length]);
    }

    [Fact]
    public void A_signature_stays_the_last_record()
    {
        byte[] tsig = [0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 1, 5];
        byte[] request = [.. Messages.Query("a.test", RecordType.A, additional: 1), .. tsig];
        Assert.Equal(QueryVerdict.Serve, Messages.Accept(Query, request));
        Assert.True(Query.IsSigned);

        Query.EnsureEdns(1232);

        byte[] expected = [.. Messages.QueryWithEdns("a.test", RecordType.A, 1232), .. tsig];
        expected[11] = 2;
        Assert.Equal(expected, Get());
    }

    [Fact]
    public void A_request_that_has_no_room_behind_it_is_written_elsewhere_and_the_room_returned()
    {
        byte[] request = WithOptions(new byte[3000], (EdnsOptionCode)0xFDE9);
        Messages.Accept(Query, request);

        Query.Ask(Other, RecordType.A, RecordClass.IN);

        byte[] sent = Get();
        Assert.Equal(request.Length + Other.Length - 8, sent.Length);
        Assert.Equal(request[(12 + 8)..], sent[(12 + Other.Length)..]);
        _exchange.Reset();
        Messages.Accept(Query, Messages.Query("a.test", RecordType.A));
        Assert.Equal(Messages.Query("a.test", RecordType.A), Get());
    }

    [Fact]
    public void A_request_that_does_not_fit_into_a_message_is_not_sent()
    {
        byte[] request = Messages.Query(
            "a.test",
            RecordType.A,
            bytes =>
            {
                int rdata = ushort.MaxValue - bytes.Count - 11;
                bytes.AddRange([0, 0, 16, 0, 1, 0, 0, 0, 0, (byte)(rdata >> 8), (byte)rdata, .. new byte[rdata]]);
            },
            additional: 1);
        Assert.Equal(ushort.MaxValue, request.Length);
        Assert.Equal(QueryVerdict.Serve, Messages.Accept(Query, request, TransportProtocol.Tcp));
        Assert.Equal(request, Get());

        Query.Ask(Other, RecordType.A, RecordClass.IN);

        Assert.False(Query.TryGetRequest(out _));
        Query.RestoreAsked();
        Assert.Equal(request, Get());
    }

    [Fact]
    public void Each_change_is_in_what_is_sent_next()
    {
        Messages.Accept(Query, WithOptions("000A 0000"));
        Query.Ask(Other, RecordType.A, RecordClass.IN);
        Assert.Contains((byte)EdnsOptionCode.Cookie, Get());

        Query.RemoveOption(EdnsOptionCode.Cookie);
        Assert.Equal(Messages.QueryWithEdns("Other.example", RecordType.A, 1232), Get());
        Query.UdpSize = 512;
        Assert.Equal(Messages.QueryWithEdns("Other.example", RecordType.A, 512), Get());
        Query.ChangeFlags(HeaderFlags.None, HeaderFlags.RecursionDesired);
        Assert.Equal(0, Get()[2]);
        Query.Ask(DomainName.Root, RecordType.NS, RecordClass.IN);
        Assert.Equal(12 + 5 + 11, Get().Length);
    }

    [Fact]
    public void Changing_and_writing_allocate_nothing()
    {
        byte[] request = WithOptions("000A 0002 0102");
        int length = 0;

        Assert.Equal(0, Allocations.Count(() =>
        {
            Messages.Accept(Query, request);
            Query.RemoveOption(EdnsOptionCode.Cookie);
            Query.SetOption(EdnsOptionCode.NameServerIdentifier, []);
            Query.ChangeFlags(HeaderFlags.CheckingDisabled, HeaderFlags.None);
            length = Query.TryGetRequest(out ReadOnlyMemory<byte> sent) ? sent.Length : 0;
            _exchange.Reset();
        }));
        Assert.Equal(request.Length - 2, length);
    }

    private byte[] Get()
    {
        Assert.True(Query.TryGetRequest(out ReadOnlyMemory<byte> request));
        Assert.True(Query.TryGetRequest(out ReadOnlyMemory<byte> again));
        Assert.True(request.Equals(again));
        return request.ToArray();
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    private static byte[] WithOptions(string options, ushort udpSize = 1232)
    {
        byte[] octets = Hex(options);
        byte[] query = [.. Messages.QueryWithEdns("a.test", RecordType.A, udpSize), .. octets];
        query[^(octets.Length + 1)] = (byte)octets.Length;
        return query;
    }

    private static byte[] WithOptions(byte[] data, EdnsOptionCode code)
    {
        int length = data.Length + 4;
        return
        [
            .. Messages.QueryWithEdns("a.test", RecordType.A, 1232)[..^2], (byte)(length >> 8), (byte)length,
            (byte)((int)code >> 8), (byte)code, (byte)(data.Length >> 8), (byte)data.Length, .. data,
        ];
    }
}
