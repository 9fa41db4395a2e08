using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Pipeline;

public sealed class QueryTests
{
    private readonly Query _context = new Exchange().Query;

    [Fact]
    public void A_query_is_served_with_its_name_in_both_cases()
    {
        Assert.Equal(QueryVerdict.Serve, Messages.Accept(_context, Messages.Query("Web.Default.SVC.cluster.local", RecordType.AAAA)));

        Assert.Equal("Web.Default.SVC.cluster.local.", DomainName.ToText(_context.QuestionName));
        Assert.Equal("web.default.svc.cluster.local.", DomainName.ToText(_context.Name));
        Assert.Equal(5, _context.LabelCount);
        Assert.Equal("svc", Encoding.ASCII.GetString(_context.GetLabel(2)));
        Assert.Equal("cluster.local.", DomainName.ToText(_context.Name[_context.GetLabelOffset(3)..]));
        Assert.Equal(0, _context.Name[_context.GetLabelOffset(5)]);
        Assert.Equal(RecordType.AAAA, _context.Type);
        Assert.Equal(RecordClass.IN, _context.Class);
        Assert.False(_context.HasEdns);
        Assert.Equal(512, _context.ResponseSizeLimit);
    }

    [Fact]
    public void A_request_with_a_malformed_option_gets_its_question_and_OPT_back()
    {
        Assert.Equal(QueryVerdict.Respond, Messages.Accept(_context, WithOptions("000A 0002 01")));

        Assert.Equal(ResponseCode.FormErr, _context.Response.Code);
        Assert.Equal("a.test.", DomainName.ToText(_context.QuestionName));
        Assert.True(_context.HasEdns);
        Assert.Equal(1232, _context.UdpSize);
        Assert.True(_context.Options.IsEmpty);
    }

    [Theory]
    [InlineData(100, 512)]
    [InlineData(1232, 1232)]
    [InlineData(65535, ResponseWriter.MaxUdpPayload)]
    public void The_clients_udp_size_is_honoured_from_512_on(ushort asked, int limit)
    {
        Assert.Equal(QueryVerdict.Serve, Messages.Accept(_context, Messages.QueryWithEdns("a.test", RecordType.A, asked, dnssecOk: true)));

        Assert.Equal(asked, _context.UdpSize);
        Assert.True(_context.DnssecOk);
        Assert.Equal(limit, _context.ResponseSizeLimit);
    }

    [Fact]
    public void A_stream_carries_64_KiB()
    {
        Messages.Accept(_context, Messages.Query("a.test", RecordType.A), TransportProtocol.Tcp);

        Assert.Equal(65535, _context.ResponseSizeLimit);
    }

    [Fact]
    public void A_response_gets_no_answer()
        => Assert.Equal(QueryVerdict.Drop, Messages.Accept(_context, Messages.Query("a.test", RecordType.A, flags: 0x8000)));

    [Fact]
    public void Less_than_a_header_gets_no_answer()
        => Assert.Equal(QueryVerdict.Drop, Messages.Accept(_context, new byte[11]));

    [Theory]
    [InlineData(0x2800, ResponseCode.NotImp)]
    [InlineData(0x1000, ResponseCode.NotImp)]
    public void An_odd_opcode_is_not_implemented(ushort flags, ResponseCode code)
    {
        Assert.Equal(QueryVerdict.Respond, Messages.Accept(_context, Messages.Query("a.test", RecordType.A, flags: flags)));

        AssertHeaderOnly(code, flags);
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(7, 2)]
    [InlineData(9, 2)]
    [InlineData(11, 3)]
    public void Counts_that_no_query_has_are_a_format_error(int offset, byte count)
    {
        byte[] message = Messages.Query("a.test", RecordType.A);
        message[offset] = count;

        Assert.Equal(QueryVerdict.Respond, Messages.Accept(_context, message));
        AssertHeaderOnly(ResponseCode.FormErr, 0x0100);
    }

    [Fact]
    public void A_question_that_ends_early_is_a_format_error()
    {
        byte[] message = Messages.Query("a.test", RecordType.A)[..^1];

        Assert.Equal(QueryVerdict.Respond, Messages.Accept(_context, message));
        AssertHeaderOnly(ResponseCode.FormErr, 0x0100);
    }

    [Fact]
    public void A_later_version_of_EDNS_gets_BADVERS_and_the_version_that_is_served()
    {
        Assert.Equal(QueryVerdict.Respond, Messages.Accept(_context, Messages.QueryWithEdns("a.test", RecordType.A, 1232, version: 1)));

        _context.Exchange.WriteResponse();
        WireReader reader = new(_context.Exchange.ResponseMessage);
        Assert.True(reader.TryReadHeader(out DnsHeader header));
        Assert.Equal(ResponseCode.NoError, header.ResponseCode);
        Assert.Equal(1, header.QuestionCount);
        Assert.Equal(1, header.AdditionalCount);
        Span<byte> name = stackalloc byte[255];
        Assert.True(reader.TryReadQuestion(name, out _, out _, out _));
        Assert.True(reader.TryReadRecord(out RecordView opt));
        Assert.True(EdnsView.TryRead(_context.Exchange.ResponseMessage, in opt, out EdnsView edns));
        Assert.Equal(1, edns.ExtendedRcode);
        Assert.Equal(0, edns.Version);
    }

    [Fact]
    public void A_request_beyond_the_kept_buffer_is_read_whole_and_the_buffer_given_back()
    {
        byte[] message = Messages.Query(
            "a.test",
            RecordType.A,
            bytes =>
            {
                bytes.AddRange([0, 0, 16, 0, 1, 0, 0, 0, 0, 0x1F, 0x40]);
                bytes.AddRange(new byte[0x1F40]);
            },
            additional: 1);

        Assert.Equal(QueryVerdict.Serve, Messages.Accept(_context, message, TransportProtocol.Tcp));
        Assert.Equal(message, _context.Request.ToArray());
        _context.Exchange.Reset();
        Assert.Equal(Exchange.KeptRequestSize, _context.Exchange.RequestBuffer.Length);
    }

    [Fact]
    public void Waiting_is_bounded_by_the_listeners_gate()
    {
        byte[] message = Messages.Query("a.test", RecordType.A);
        message.CopyTo(_context.Exchange.RequestBuffer, 0);
        _context.Exchange.Accept(message.Length, TransportProtocol.Udp, Messages.Client, Messages.Client, 0, new ClosedGate());

        Assert.False(_context.TryBeginWait());
        _context.Exchange.Reset();
        Assert.True(_context.TryBeginWait());
    }

    private void AssertHeaderOnly(ResponseCode code, ushort requestFlags)
    {
        Assert.Equal(DnsHeader.Length, _context.Exchange.WriteResponse());
        Assert.True(DnsHeader.TryRead(_context.Exchange.ResponseMessage, out DnsHeader header));
        Assert.Equal(0xABCD, header.Id);
        Assert.Equal(code, header.ResponseCode);
        Assert.Equal((requestFlags >> 11) & 15, (int)header.Opcode);
        Assert.Equal(0, header.QuestionCount + header.AnswerCount + header.AuthorityCount + header.AdditionalCount);
    }

    private sealed class ClosedGate : IWaitGate
    {
        public bool TryEnter() => false;
    }

    private static byte[] WithOptions(string options)
    {
        byte[] octets = Convert.FromHexString(options.Replace(" ", "", StringComparison.Ordinal));
        byte[] query = [.. Messages.QueryWithEdns("a.test", RecordType.A, 1232), .. octets];
        query[^(octets.Length + 1)] = (byte)octets.Length;
        return query;
    }
}
