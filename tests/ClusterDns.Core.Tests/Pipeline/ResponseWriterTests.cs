using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Pipeline;

public sealed class ResponseWriterTests
{
    private static readonly byte[] Address = [192, 0, 2, 1];

    private readonly Query _context = new();

    [Fact]
    public void An_answer_keeps_the_question_in_the_clients_case_and_points_to_it()
    {
        byte[] query = Messages.Query("WeB.test", RecordType.A);
        Messages.Accept(_context, query);
        _context.Response.Answer("test");
        _context.Response.TryAdd(ResponseSection.Answer, RecordType.A, 30, Address, 0, 4);

        _context.WriteResponse();

        byte[] expected =
        [
            0xAB, 0xCD, 0x85, 0x00, 0, 1, 0, 1, 0, 0, 0, 0,
            .. query.AsSpan(12),
            0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 1,
        ];
        Assert.Equal(expected, _context.ResponseMessage.ToArray());
        Assert.Equal([(byte)(expected.Length >> 8), (byte)expected.Length, .. expected], _context.FramedResponse.ToArray());
    }

    [Fact]
    public void CD_and_RD_come_back_and_AD_and_RA_are_the_servers()
    {
        Messages.Accept(_context, Messages.Query("a.test", RecordType.A, flags: 0x0130));
        _context.Response.Answer("test", authoritative: false);
        _context.Response.RecursionAvailable = true;

        _context.WriteResponse();

        Assert.True(DnsHeader.TryRead(_context.ResponseMessage, out DnsHeader header));
        Assert.Equal(
            HeaderFlags.Response | HeaderFlags.RecursionDesired | HeaderFlags.RecursionAvailable | HeaderFlags.CheckingDisabled,
            header.Flags);
    }

    [Theory]
    [InlineData(0x0110, false)]
    [InlineData(0x0010, true)]
    public void RD_is_the_links_where_one_says_so(ushort flags, bool recursionDesired)
    {
        Messages.Accept(_context, Messages.Query("a.test", RecordType.A, flags: flags));
        _context.Response.Answer("test", authoritative: false);
        _context.Response.RecursionDesired = recursionDesired;

        _context.WriteResponse();

        Assert.True(DnsHeader.TryRead(_context.ResponseMessage, out DnsHeader header));
        Assert.Equal(
            HeaderFlags.Response | HeaderFlags.CheckingDisabled | (recursionDesired ? HeaderFlags.RecursionDesired : HeaderFlags.None),
            header.Flags);
        _context.Reset();
        Assert.Null(_context.Response.RecursionDesired);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(1232)]
    [InlineData(9000)]
    public void What_does_not_fit_is_left_out_whole_with_TC_and_OPT_kept(ushort udpSize)
    {
        Messages.Accept(_context, Messages.QueryWithEdns("big.test", RecordType.A, udpSize));
        _context.Response.Answer("test");
        for (int i = 0; i < 2000; i++)
        {
            Assert.True(_context.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 5, [10, 0, (byte)(i >> 8), (byte)i]));
        }

        int length = _context.WriteResponse();

        Assert.InRange(length, udpSize - 16, udpSize);
        Parsed parsed = Parsed.From(_context.ResponseMessage);
        Assert.True(parsed.Header.Flags.HasFlag(HeaderFlags.Truncated));
        Assert.Equal(parsed.Header.AnswerCount, parsed.Records.Count(static record => record.Type == RecordType.A));
        Assert.Equal(RecordType.OPT, parsed.Records[^1].Type);
    }

    [Fact]
    public void A_stream_takes_all_2000_records()
    {
        Messages.Accept(_context, Messages.Query("big.test", RecordType.A), TransportProtocol.Tcp);
        _context.Response.Answer("test");
        for (int i = 0; i < 2000; i++)
        {
            _context.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 5, [10, 0, (byte)(i >> 8), (byte)i]);
        }

        _context.WriteResponse();

        Parsed parsed = Parsed.From(_context.ResponseMessage);
        Assert.Equal(2000, parsed.Header.AnswerCount);
        Assert.Equal(HeaderFlags.None, parsed.Header.Flags & HeaderFlags.Truncated);
    }

    [Theory]
    [InlineData(ResponseSection.Answer)]
    [InlineData(ResponseSection.Authority)]
    public void Answer_that_no_stream_carries_is_SERVFAIL_without_TC(ResponseSection section)
    {
        AddTooMany(section);

        _context.WriteResponse();

        Parsed parsed = Parsed.From(_context.ResponseMessage);
        Assert.Equal(ResponseCode.ServFail, parsed.Header.ResponseCode);
        Assert.Equal(HeaderFlags.None, parsed.Header.Flags & (HeaderFlags.Truncated | HeaderFlags.AuthoritativeAnswer));
        Assert.Equal([RecordType.OPT], parsed.Records.Select(static record => record.Type));
        Assert.Equal(ResponseCode.ServFail, _context.Response.Code);
        Assert.Equal("the answer is longer than 65535 octets", _context.Response.Failure);
    }

    [Fact]
    public void Additional_section_that_no_stream_carries_is_cut_without_TC()
    {
        AddTooMany(ResponseSection.Additional);

        _context.WriteResponse();

        Parsed parsed = Parsed.From(_context.ResponseMessage);
        Assert.Equal(ResponseCode.NoError, parsed.Header.ResponseCode);
        Assert.Equal(HeaderFlags.None, parsed.Header.Flags & HeaderFlags.Truncated);
        Assert.InRange(parsed.Header.AdditionalCount, 4000, 5000);
    }

    [Fact]
    public void An_extended_error_goes_to_clients_with_EDNS_only()
    {
        byte[] text = "not synced"u8.ToArray();
        Messages.Accept(_context, Messages.QueryWithEdns("a.test", RecordType.A, 1232));
        _context.Response.Fail("test", ResponseCode.ServFail, "why");
        _context.Response.SetExtendedError(14, text);
        _context.WriteResponse();
        Assert.Equal([0, 15, 0, 12, 0, 14, .. text], _context.ResponseMessage[^16..].ToArray());

        _context.Reset();
        Messages.Accept(_context, Messages.Query("a.test", RecordType.A));
        _context.Response.Fail("test", ResponseCode.ServFail, "why");
        _context.Response.SetExtendedError(14, text);
        _context.WriteResponse();
        Assert.Equal(0, Parsed.From(_context.ResponseMessage).Header.AdditionalCount);
    }

    [Fact]
    public void A_code_that_needs_EDNS_becomes_SERVFAIL_without_it()
    {
        Messages.Accept(_context, Messages.Query("a.test", RecordType.A));
        _context.Response.Fail("test", ResponseCode.BadVers, null);
        _context.WriteResponse();

        Assert.Equal(ResponseCode.ServFail, Parsed.From(_context.ResponseMessage).Header.ResponseCode);
    }

    [Fact]
    public void A_loaded_message_comes_out_as_it_was_with_names_expanded_and_compressed_anew()
    {
        Query upstream = new();
        Messages.Accept(upstream, Messages.QueryWithEdns("www.example.test", RecordType.MX, 1232));
        upstream.Response.Answer("test", ResponseCode.NXDomain, authoritative: true);
        upstream.Response.AuthenticData = true;
        upstream.Response.TryAddCopy(
            ResponseSection.Answer, default, RecordType.MX, 60, [0, 10, .. DomainName.Parse("mail.example.test.")]);
        upstream.Response.TryAddCopy(
            ResponseSection.Additional, DomainName.Parse("mail.example.test."), RecordType.A, 61, Address);
        upstream.WriteResponse();
        byte[] message = upstream.ResponseMessage.ToArray();

        Messages.Accept(_context, Messages.QueryWithEdns("www.example.test", RecordType.MX, 1232));
        Assert.True(_context.Response.TryLoadMessage(message, message.Length, _context.QuestionName));
        Assert.Equal(ResponseCode.NXDomain, _context.Response.Code);
        Assert.Equal(1, _context.Response.Additional.Count);
        Assert.Equal(ResponseWriter.GetUncompressedLength(upstream), ResponseWriter.GetUncompressedLength(_context));
        _context.WriteResponse();

        Assert.Equal(message, _context.ResponseMessage.ToArray());
    }

    [Fact]
    public void A_message_that_ends_early_is_not_loaded()
    {
        Messages.Accept(_context, Messages.Query("a.test", RecordType.A));
        _context.Response.Answer("test");
        _context.Response.TryAdd(ResponseSection.Answer, RecordType.A, 30, Address, 0, 4);
        _context.WriteResponse();
        byte[] message = _context.ResponseMessage.ToArray();

        Response response = new();
        for (int length = 0; length < message.Length; length++)
        {
            Assert.False(response.TryLoadMessage(message, length, _context.QuestionName));
            Assert.Equal(0, response.Answers.Count);
        }

        Assert.True(response.TryLoadMessage(message, message.Length, _context.QuestionName));
    }

    [Fact]
    public void The_uncompressed_length_counts_every_name_and_no_OPT()
    {
        Messages.Accept(_context, Messages.QueryWithEdns("kubernetes.default.svc.cluster.local", RecordType.A, 1232));
        _context.Response.Answer("test");
        _context.Response.TryAdd(ResponseSection.Answer, RecordType.A, 30, Address, 0, 4);

        Assert.Equal(106, ResponseWriter.GetUncompressedLength(_context));
    }

    [Fact]
    public void Serving_and_writing_allocates_nothing()
    {
        byte[] query = Messages.QueryWithEdns("web.default.svc.cluster.local", RecordType.A, 1232);

        Assert.Equal(0, Allocations.Count(() => Serve(query)));
    }

    private void AddTooMany(ResponseSection section)
    {
        Messages.Accept(_context, Messages.QueryWithEdns("big.test", RecordType.A, 1232), TransportProtocol.Tcp);
        _context.Response.Answer("test");
        for (int i = 0; i < 5000; i++)
        {
            Assert.True(_context.Response.TryAddCopy(section, default, RecordType.A, 5, [10, 0, (byte)(i >> 8), (byte)i]));
        }
    }

    private void Serve(byte[] query)
    {
        Messages.Accept(_context, query);
        _context.Response.Answer("test");
        _context.Response.TryAdd(ResponseSection.Answer, RecordType.A, 30, Address, 0, 4);
        _context.WriteResponse();
        _context.Reset();
    }

    private sealed record Parsed(DnsHeader Header, IReadOnlyList<RecordView> Records)
    {
        public static Parsed From(ReadOnlySpan<byte> message)
        {
            WireReader reader = new(message);
            Assert.True(reader.TryReadHeader(out DnsHeader header));
            Span<byte> name = stackalloc byte[255];
            for (int i = 0; i < header.QuestionCount; i++)
            {
                Assert.True(reader.TryReadQuestion(name, out _, out _, out _));
            }

            List<RecordView> records = [];
            for (int i = header.AnswerCount + header.AuthorityCount + header.AdditionalCount; i > 0; i--)
            {
                Assert.True(reader.TryReadRecord(out RecordView record));
                records.Add(record);
            }

            Assert.Equal(0, reader.Remaining);
            return new Parsed(header, records);
        }
    }
}
