using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Wire;

public class MessageParserTests
{
    private static readonly byte[] Name = DomainName.Parse("Web.default.svc.cluster.local");

    private delegate void Additionals(ref WireWriter writer);

    [Fact]
    public void A_plain_query_is_read_in_place()
    {
        byte[] message = Write(new DnsHeader { Id = 7, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });

        Assert.Equal(QueryStatus.Ok, Parse(message, out QueryView view));

        Assert.Equal(7, view.Header.Id);
        Assert.Equal(HeaderFlags.RecursionDesired, view.Header.Flags);
        Assert.Equal(Name, view.Name(message).ToArray());
        Assert.Equal((RecordType.AAAA, RecordClass.IN), (view.Type, view.Class));
        Assert.Equal(message.Length, view.QuestionEnd);
        Assert.False(view.Edns.Present);
    }

    [Fact]
    public void EDNS_is_read_with_its_options()
    {
        byte[] options = [0, 3, 0, 0, 0, 10, 0, 2, 1, 2];
        byte[] message = Write(
            new DnsHeader { QuestionCount = 1, AdditionalCount = 1 },
            (ref WireWriter writer) => writer.TryWriteOpt(1232, 0, 0, dnssecOk: true, options));

        Assert.Equal(QueryStatus.Ok, Parse(message, out QueryView view));

        Assert.True(view.Edns is { Present: true, DnssecOk: true, UdpSize: 1232, Version: 0, ExtendedRcode: 0 });
        Assert.Equal(options, view.Edns.Options(message).ToArray());
        Assert.Equal(view.QuestionEnd, view.Edns.RecordOffset);
        Assert.Equal(1232, (message[view.Edns.ClassOffset] << 8) | message[view.Edns.ClassOffset + 1]);
        Assert.True(EdnsOptionReader.TryFind(view.Edns.Options(message), EdnsOptionCode.Cookie, out ReadOnlySpan<byte> cookie));
        Assert.Equal(2, cookie.Length);
        Assert.False(EdnsOptionReader.TryFind(view.Edns.Options(message), EdnsOptionCode.Padding, out _));
    }

    [Fact]
    public void Another_EDNS_version_is_told_apart()
    {
        byte[] message = Write(
            new DnsHeader { QuestionCount = 1, AdditionalCount = 1 },
            (ref WireWriter writer) => writer.TryWriteOpt(1232, 0, 1, dnssecOk: false, []));

        Assert.Equal(QueryStatus.BadVersion, Parse(message, out QueryView view));
        Assert.Equal(1, view.Edns.Version);
        Assert.True(view.HasQuestion);
    }

    [Fact]
    public void Responses_and_what_is_shorter_than_a_header_are_ignored()
    {
        Assert.Equal(QueryStatus.Ignore, Parse([], out _));
        Assert.Equal(QueryStatus.Ignore, Parse(new byte[11], out _));
        Assert.Equal(QueryStatus.Ignore, Parse(Write(new DnsHeader { Flags = HeaderFlags.Response, QuestionCount = 1 }), out _));
    }

    [Theory]
    [InlineData(Opcode.Query, QueryStatus.Ok)]
    [InlineData(Opcode.Notify, QueryStatus.Ok)]
    [InlineData(Opcode.InverseQuery, QueryStatus.NotImplemented)]
    [InlineData(Opcode.Status, QueryStatus.NotImplemented)]
    [InlineData(Opcode.Update, QueryStatus.NotImplemented)]
    [InlineData((Opcode)15, QueryStatus.NotImplemented)]
    public void Only_queries_and_notifications_are_taken(Opcode opcode, QueryStatus expected)
    {
        Assert.Equal(expected, Parse(Write(new DnsHeader { Id = 9, Opcode = opcode, QuestionCount = 1 }), out QueryView view));
        Assert.Equal((9, opcode), (view.Header.Id, view.Header.Opcode));
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(2, 0, 0, 0)]
    [InlineData(1, 2, 0, 0)]
    [InlineData(1, 0, 2, 0)]
    [InlineData(1, 0, 0, 3)]
    [InlineData(1, 1, 0, 0)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(1, 0, 0, 1)]
    public void Counts_that_no_query_has_or_that_the_message_does_not_hold_are_format_errors(
        ushort questions, ushort answers, ushort authorities, ushort additionals)
    {
        byte[] message = Write(new DnsHeader
        {
            Id = 9,
            QuestionCount = questions,
            AnswerCount = answers,
            AuthorityCount = authorities,
            AdditionalCount = additionals,
        });

        Assert.Equal(QueryStatus.FormatError, Parse(message, out QueryView view));
        Assert.Equal(9, view.Header.Id);
    }

    [Fact]
    public void A_query_cut_anywhere_is_a_format_error()
    {
        byte[] message = Write(
            new DnsHeader { QuestionCount = 1, AdditionalCount = 1 },
            (ref WireWriter writer) => writer.TryWriteOpt(1232, 0, 0, dnssecOk: false, [0, 3, 0, 1, 1]));
        int questionEnd = DnsHeader.Length + Name.Length + 4;
        for (int length = DnsHeader.Length; length < message.Length; length++)
        {
            Assert.Equal(QueryStatus.FormatError, Parse(message[..length], out QueryView view));
            Assert.Equal(length >= questionEnd, view.HasQuestion);
            Assert.False(view.Edns.Present);
        }

        Assert.Equal(QueryStatus.Ok, Parse([.. message, 1, 2, 3], out _));
    }

    [Fact]
    public void A_compressed_question_is_a_format_error()
    {
        byte[] message = [0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 4, 0, 1, 0, 1];
        Assert.Equal(QueryStatus.FormatError, Parse(message, out QueryView view));
        Assert.Equal(7, view.Header.Id);
        Assert.False(view.HasQuestion);
        Assert.Equal(12, view.QuestionEnd);
    }

    [Fact]
    public void Two_OPT_records_or_one_that_is_not_the_roots_are_format_errors()
    {
        byte[] two = Write(new DnsHeader { QuestionCount = 1, AdditionalCount = 2 }, (ref WireWriter writer) =>
        {
            writer.TryWriteOpt(1232, 0, 0, dnssecOk: false, []);
            writer.TryWriteOpt(1232, 0, 0, dnssecOk: false, []);
        });
        var header = new DnsHeader { QuestionCount = 1, AdditionalCount = 1 };
        byte[] owned = Write(
            header,
            (ref WireWriter writer) => writer.TryWriteRecord(Name, RecordType.OPT, (RecordClass)1232, 0, []));
        byte[] cut = Write(
            header,
            (ref WireWriter writer) => writer.TryWriteOpt(1232, 0, 0, dnssecOk: false, [0, 3, 0, 1]));

        Assert.Equal(QueryStatus.FormatError, Parse(two, out _));
        Assert.Equal(QueryStatus.FormatError, Parse(owned, out _));
        Assert.Equal(QueryStatus.FormatError, Parse(cut, out _));
    }

    [Fact]
    public void A_signature_is_found_and_must_come_last()
    {
        var header = new DnsHeader { QuestionCount = 1, AdditionalCount = 2 };
        byte[] good = Write(header, (ref WireWriter writer) =>
        {
            writer.TryWriteOpt(1232, 0, 0, dnssecOk: false, []);
            writer.TryWriteRecord([1, (byte)'k', 0], RecordType.TSIG, RecordClass.ANY, 0, [1, 2, 3]);
        });
        byte[] bad = Write(header, (ref WireWriter writer) =>
        {
            writer.TryWriteRecord([1, (byte)'k', 0], RecordType.TSIG, RecordClass.ANY, 0, [1, 2, 3]);
            writer.TryWriteOpt(1232, 0, 0, dnssecOk: false, []);
        });

        Assert.Equal(QueryStatus.Ok, Parse(good, out QueryView view));
        Assert.Equal(view.QuestionEnd + 11, view.TransactionSignatureOffset);
        Assert.Equal(QueryStatus.FormatError, Parse(bad, out _));
    }

    [Fact]
    public void A_view_forgets_the_query_before()
    {
        QueryView view = default;
        byte[] message = Write(
            new DnsHeader { QuestionCount = 1, AdditionalCount = 1 },
            (ref WireWriter writer) => writer.TryWriteOpt(1232, 0, 0, dnssecOk: true, []));
        Assert.Equal(QueryStatus.Ok, MessageParser.TryParseQuery(message, ref view));
        Assert.Equal(QueryStatus.FormatError, MessageParser.TryParseQuery(new byte[12], ref view));
        Assert.False(view.Edns.Present);
        Assert.False(view.HasQuestion);
    }

    private static QueryStatus Parse(byte[] message, out QueryView view)
    {
        view = default;
        return MessageParser.TryParseQuery(message, ref view);
    }

    private static byte[] Write(DnsHeader header, Additionals? additionals = null)
    {
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(in header));
        Assert.True(writer.TryWriteQuestion(Name, RecordType.AAAA, RecordClass.IN));
        additionals?.Invoke(ref writer);
        return writer.Written.ToArray();
    }
}
