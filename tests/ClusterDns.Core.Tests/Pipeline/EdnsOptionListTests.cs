using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>EDNS options of a response, from plugins and from loaded messages.</summary>
public sealed class EdnsOptionListTests
{
    private const EdnsOptionCode Local = (EdnsOptionCode)65001;

    private readonly Query _query = new Exchange().Query;

    private Response Response => _query.Response;

    [Fact]
    public void Options_are_sent_in_order_to_clients_with_EDNS_only()
    {
        Assert.Equal("65001=0102 3= 65001=03", Ask(Messages.QueryWithEdns("a.test", RecordType.A, 1232), AddThree));
        Assert.Equal("none", Ask(Messages.Query("a.test", RecordType.A), AddThree));

        void AddThree()
        {
            Assert.True(Response.Options.TryAdd(Local, [1, 2]));
            Assert.True(Response.Options.TryAdd(EdnsOptionCode.NameServerIdentifier, []));
            Assert.True(Response.Options.TryAdd(Local, [3]));
        }
    }

    [Fact]
    public void Setting_changes_the_first_option_of_a_code_in_its_place()
    {
        EdnsOptionList options = Response.Options;
        options.TryAdd(Local, [1]);
        options.TryAdd(EdnsOptionCode.Cookie, [2]);
        options.TryAdd(Local, [3]);

        Assert.True(options.TrySet(Local, [4, 5, 6]));
        Assert.Equal("65001=040506 10=02 65001=03", Text(options.Span));
        Assert.True(options.TrySet(Local, []));
        Assert.Equal("65001= 10=02 65001=03", Text(options.Span));
        Assert.True(options.TrySet(EdnsOptionCode.Padding, [0]));
        Assert.Equal("65001= 10=02 65001=03 12=00", Text(options.Span));
    }

    [Fact]
    public void Removing_takes_every_option_of_a_code()
    {
        EdnsOptionList options = Response.Options;
        options.TryAdd(Local, [1]);
        options.TryAdd(EdnsOptionCode.Cookie, [2, 3]);
        options.TryAdd(Local, [4]);
        options.Remove(Local);

        Assert.Equal("10=0203", Text(options.Span));
        Assert.False(options.TryFind(Local, out _));
        Assert.True(options.TryFind(EdnsOptionCode.Cookie, out ReadOnlySpan<byte> data));
        Assert.Equal([2, 3], data.ToArray());
    }

    [Fact]
    public void Options_have_a_bound()
    {
        EdnsOptionList options = Response.Options;
        Assert.True(options.TryAdd(Local, new byte[2000]));
        Assert.False(options.TryAdd(Local, new byte[2089]));
        Assert.True(options.TryAdd(EdnsOptionCode.Cookie, new byte[2088]));
        Assert.Equal(EdnsOptionList.MaxLength, options.Length);
        Assert.False(options.TrySet(EdnsOptionCode.Cookie, new byte[2089]));
        Assert.True(options.TrySet(Local, new byte[1]));
        options.Clear();
        Assert.Equal((0, false), (options.Length, options.TryFind(Local, out _)));
    }

    [Fact]
    public void Options_end_with_a_failure_and_stay_when_records_are_cleared()
    {
        Response.Options.TryAdd(Local, [1]);
        Response.ClearRecords();
        Response.Answer("test");
        Assert.Equal("65001=01", Text(Response.Options.Span));
        Response.Fail("test", ResponseCode.ServFail, null);
        Assert.Equal("none", Text(Response.Options.Span));
    }

    [Theory]
    [InlineData(ResponseSection.Answer, true)]
    [InlineData(ResponseSection.Authority, true)]
    [InlineData(ResponseSection.Additional, false)]
    public void Full_response_has_room_for_its_extended_error(ResponseSection section, bool isTruncated)
    {
        byte[] text = new byte[255];
        for (ushort size = 512; size < 530; size++)
        {
            Messages.Accept(_query, Messages.QueryWithEdns("big.test", RecordType.A, size));
            Response.Answer("test");
            Response.SetExtendedError(22, text);
            for (int i = 0; i < 100; i++)
            {
                Response.TryAddCopy(section, default, RecordType.A, 5, [10, 0, 0, (byte)i]);
            }

            Assert.InRange(_query.Exchange.WriteResponse(), size - 15, size);
            (DnsHeader header, EdnsView edns) = Read(_query.ResponseMessage);
            Assert.Equal(isTruncated, header.Flags.HasFlag(HeaderFlags.Truncated));
            Assert.Equal([15, 22], new[] { _query.ResponseMessage[edns.OptionsOffset + 1], _query.ResponseMessage[edns.OptionsOffset + 5] });
            Assert.Equal(255 + 6, edns.OptionsLength);
            _query.Exchange.Reset();
        }
    }

    [Fact]
    public void Options_that_the_question_leaves_no_room_for_are_left_out_whole()
    {
        string name = string.Join('.', Enumerable.Repeat(new string('x', 49), 5));
        Messages.Accept(_query, Messages.QueryWithEdns(name, RecordType.A, 512));
        Response.Answer("test");
        Response.Options.TryAdd(Local, new byte[200]);
        Response.Options.TryAdd(Local, new byte[40]);
        Response.Options.TryAdd(EdnsOptionCode.Padding, new byte[1]);
        Response.TryAdd(ResponseSection.Answer, RecordType.A, 30, [192, 0, 2, 1], 0, 4);

        _query.Exchange.WriteResponse();

        (DnsHeader header, EdnsView edns) = Read(_query.ResponseMessage);
        Assert.Equal((204, false), (edns.OptionsLength, header.Flags.HasFlag(HeaderFlags.Truncated)));
    }

    [Fact]
    public void Options_that_make_a_response_long_are_sent_to_those_who_take_it()
    {
        byte[] data = new byte[4092];
        Assert.Equal($"65001={Convert.ToHexString(data)}", Ask(Messages.QueryWithEdns("a.test", RecordType.A, 9000), () => Response.Options.TryAdd(Local, data)));
    }

    [Fact]
    public void Options_of_a_loaded_message_can_be_read_and_are_not_sent()
    {
        byte[] message = Message(Option(3, 1, 2), Option(10, 3), Option(15, 0, 22));
        Assert.False(Response.HasReceivedEdns);

        Assert.Equal("15=0016", Ask(Messages.QueryWithEdns("a", RecordType.A, 1232), () => Assert.True(Response.TryLoadMessage(message, message.Length, default))));
        Assert.Equal("3=0102 10=03 15=0016", Text(Response.ReceivedOptions));
        Assert.True(Response.HasReceivedEdns);

        Response.Fail("test", ResponseCode.ServFail, null);
        Assert.Equal(("none", false), (Text(Response.ReceivedOptions), Response.HasReceivedEdns));
    }

    [Fact]
    public void Options_of_another_response_are_taken_over()
    {
        byte[] message = Message(Option(3, 1, 2));
        Response other = new();
        Assert.True(other.TryLoadMessage(message, message.Length, default));
        other.Options.TryAdd(Local, [9]);
        Response.Options.TryAdd(EdnsOptionCode.Cookie, new byte[1000]);

        Response.TakeOptions(other);
        other.Reset();

        Assert.Equal(("65001=09", "3=0102"), (Text(Response.Options.Span), Text(Response.ReceivedOptions)));
    }

    [Fact]
    public void Options_cost_no_allocation()
    {
        byte[] query = Messages.QueryWithEdns("web.default.svc.cluster.local", RecordType.A, 1232);
        byte[] data = new byte[20];
        Assert.Equal(0, Allocations.Count(() =>
        {
            Messages.Accept(_query, query);
            Response.Answer("test");
            Response.Options.TryAdd(EdnsOptionCode.NameServerIdentifier, data);
            Response.SetExtendedError(4, data);
            _query.Exchange.WriteResponse();
            _query.Exchange.Reset();
        }));
    }

    private static byte[] Option(byte code, params byte[] data) => [0, code, 0, (byte)data.Length, .. data];

    private static byte[] Message(params byte[][] options)
    {
        byte[] all = [.. options.SelectMany(static option => option)];
        return [0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, (byte)'a', 0, 0, 1, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, (byte)all.Length, .. all];
    }

    private static string Text(ReadOnlySpan<byte> options)
    {
        List<string> texts = [];
        EdnsOptionReader reader = new(options);
        while (reader.TryRead(out EdnsOptionCode code, out ReadOnlySpan<byte> data))
        {
            texts.Add($"{(int)code}={Convert.ToHexString(data)}");
        }

        return texts.Count == 0 ? "none" : string.Join(' ', texts);
    }

    private static (DnsHeader Header, EdnsView Edns) Read(ReadOnlySpan<byte> message)
    {
        WireReader reader = new(message);
        Assert.True(reader.TryReadHeader(out DnsHeader header));
        Assert.True(reader.TryReadQuestion(stackalloc byte[255], out _, out _, out _));
        EdnsView edns = default;
        while (reader.Remaining > 0)
        {
            Assert.True(reader.TryReadRecord(out RecordView record));
            if (record.Type == RecordType.OPT)
            {
                Assert.True(EdnsView.TryRead(message, in record, out edns));
            }
        }

        return (header, edns);
    }

    private string Ask(byte[] request, Action answer)
    {
        _query.Exchange.Reset();
        Messages.Accept(_query, request);
        answer();
        Response.Answer("test");
        _query.Exchange.WriteResponse();
        (_, EdnsView edns) = Read(_query.ResponseMessage);
        return Text(edns.Options(_query.ResponseMessage));
    }
}
