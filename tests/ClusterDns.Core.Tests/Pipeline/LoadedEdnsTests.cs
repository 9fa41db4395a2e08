using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>What a response takes from another message's OPT record.</summary>
public class LoadedEdnsTests
{
    private readonly Response _response = new();

    [Theory]
    [InlineData(0, 0, ResponseCode.NoError)]
    [InlineData(3, 0, ResponseCode.NXDomain)]
    [InlineData(0, 1, ResponseCode.BadVers)]
    [InlineData(7, 1, ResponseCode.BadCookie)]
    public void The_code_is_the_headers_and_the_OPT_records(byte low, byte high, ResponseCode expected)
    {
        Assert.True(Load(Message(low, high)));
        Assert.Equal(expected, _response.Code);
        Assert.Equal(0, _response.Additional.Count);
    }

    [Fact]
    public void The_first_extended_error_is_taken_and_forgotten_with_the_next_message()
    {
        Assert.True(Load(Message(2, 0, Option(10, [1, 2, 3, 4, 5, 6, 7, 8]), Error(22, "nobody there"), Error(23, "network"))));
        Assert.Equal((ushort?)22, _response.ExtendedErrorCode);
        Assert.Equal("nobody there", Text());

        Assert.True(Load(Message(2, 0)));
        Assert.Null(_response.ExtendedErrorCode);
        Assert.Equal("", Text());
    }

    [Fact]
    public void An_extended_error_may_lack_a_text_but_not_a_code()
    {
        Assert.True(Load(Message(2, 0, Error(22, ""))));
        Assert.Equal((ushort?)22, _response.ExtendedErrorCode);
        Assert.Equal("", Text());

        Assert.True(Load(Message(2, 0, Option(15, [0]))));
        Assert.Null(_response.ExtendedErrorCode);
    }

    [Theory]
    [InlineData(255, 255)]
    [InlineData(256, 255)]
    [InlineData(300, 255)]
    public void Of_a_long_text_the_beginning_is_taken(int length, int expected)
    {
        Assert.True(Load(Message(2, 0, Error(22, new string('x', length)))));
        Assert.Equal(new string('x', expected), Text());
    }

    [Fact]
    public void A_long_text_ends_with_a_whole_character()
    {
        // 2 bytes each, so that the 255th byte is the first of one.
        Assert.True(Load(Message(2, 0, Error(22, new string('é', 200)))));
        Assert.Equal(new string('é', 127), Text());
    }

    [Fact]
    public void Options_that_are_cut_off_make_the_additional_section_malformed()
    {
        byte[] option = Error(22, "text");
        option[3]++;
        byte[] message = Message(2, 0, option);

        Assert.Equal(MessageFault.Additional, _response.LoadMessage(message, message.Length, default));
        Assert.Equal(ResponseCode.ServFail, _response.Code);
        Assert.Null(_response.ExtendedErrorCode);
    }

    [Fact]
    public void Failure_keeps_nothing_of_what_was_loaded()
    {
        byte[] message = Message(2, 0, Error(22, "nobody there"));
        message[2] |= 6;
        message[3] |= 0xA0;
        Assert.True(Load(message));
        Assert.Equal((true, true, true, true), Flags());

        _response.Fail("test", ResponseCode.ServFail, null);

        Assert.Equal((false, false, false, false), Flags());
        Assert.Null(_response.ExtendedErrorCode);
    }

    private static byte[] Message(byte low, byte high, params byte[][] options)
    {
        byte[] all = [.. options.SelectMany(static option => option)];
        return
        [
            0, 1, 0x80, low, 0, 1, 0, 0, 0, 0, 0, 1, 1, (byte)'a', 0, 0, 1, 0, 1,
            0, 0, 41, 4, 208, high, 0, 0, 0, (byte)(all.Length >> 8), (byte)all.Length, .. all,
        ];
    }

    private static byte[] Error(ushort code, string text) => Option(15, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(text)]);

    private static byte[] Option(byte code, byte[] data) => [0, code, (byte)(data.Length >> 8), (byte)data.Length, .. data];

    private (bool Authoritative, bool Truncated, bool Recursion, bool Authentic) Flags()
        => (_response.Authoritative, _response.Truncated, _response.RecursionAvailable, _response.AuthenticData);

    private bool Load(byte[] message) => _response.TryLoadMessage(message, message.Length, default);

    private string Text() => Encoding.UTF8.GetString(_response.ExtendedErrorText);
}
