using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Records;

public class RdataTextTests
{
    private static readonly byte[] Origin = DomainName.Parse("example.org");

    [Theory]
    [InlineData(RecordType.A, "192.0.2.1", "C0000201", "192.0.2.1")]
    [InlineData(RecordType.AAAA, "2001:DB8::1", "20010DB8000000000000000000000001", "2001:db8::1")]
    [InlineData(RecordType.AAAA, "::ffff:192.0.2.1", "00000000000000000000FFFFC0000201", "::ffff:192.0.2.1")]
    [InlineData(RecordType.NS, "ns1.A.", "036E7331014100", "ns1.A.")]
    [InlineData(RecordType.CNAME, "@", "076578616D706C65036F726700", "example.org.")]
    [InlineData(RecordType.PTR, "x", "0178076578616D706C65036F726700", "x.example.org.")]
    [InlineData(RecordType.SOA, "a. b. 4294967295 2h 1h30m  2w1d 5", "016100016200FFFFFFFF00001C2000001518001" + "3C68000000005", "a. b. 4294967295 7200 5400 1296000 5")]
    [InlineData(RecordType.MX, "10\ta.", "000A016100", "10 a.")]
    [InlineData(RecordType.TXT, "plain \"quo ted\" \"\"", "05706C61696E0771756F2074656400", "\"plain\" \"quo ted\" \"\"")]
    [InlineData(RecordType.TXT, @"""a\""b\\c\000\255é""", "096122625C6300FFC3A9", @"""a\""b\\c\000\255\195\169""")]
    [InlineData(RecordType.TXT, @"a\ b;c", "05612062" + "3B63", @"""a b;c""")]
    [InlineData(RecordType.SRV, "1 2 65535 h.", "00010002FFFF016800", "1 2 65535 h.")]
    [InlineData(RecordType.HINFO, "PC \"Debian 12\"", "0250430944656269616E203132", "\"PC\" \"Debian 12\"")]
    [InlineData(RecordType.NAPTR, "1 2 u E2U+sip !^.*$!x! .", "0001000201" + "75074532552B736970" + "08215E2E2A242178" + "2100", "1 2 \"u\" \"E2U+sip\" \"!^.*$!x!\" .")]
    [InlineData(RecordType.A, @"\# 4 C0 0002 01", "C0000201", "192.0.2.1")]
    [InlineData((RecordType)65400, @"\# 0", "", @"\# 0")]
    [InlineData((RecordType)65400, @"\# 3 aBcDeF", "ABCDEF", @"\# 3 ABCDEF")]
    [InlineData(RecordType.OPT, @"\# 6 000a0002beef", "000A0002BEEF", "OPT10=BEEF")]
    public void Rdata_is_read_from_text_and_written_to_it(RecordType type, string text, string hexadecimal, string canonical)
    {
        byte[] rdata = new byte[512];
        Assert.True(RdataText.TryParse(type, text, Origin, rdata, out int length, out string? error), error);

        Assert.Null(error);
        Assert.Equal(hexadecimal.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(rdata, 0, length));
        Assert.Equal(canonical, RdataText.ToText(type, rdata.AsSpan(0, length)));
        Assert.True(RdataText.IsWellFormed(type, rdata.AsSpan(0, length)));
    }

    [Theory]
    [InlineData(RecordType.A, "", "an IPv4 address is missing")]
    [InlineData(RecordType.A, "1.2.3", "'1.2.3' is not an IPv4 address")]
    [InlineData(RecordType.A, "1.2.3.256", "'1.2.3.256' is not an IPv4 address")]
    [InlineData(RecordType.A, "1.2.3.04", "'1.2.3.04' is not an IPv4 address")]
    [InlineData(RecordType.A, "1.2.3.4.", "'1.2.3.4.' is not an IPv4 address")]
    [InlineData(RecordType.A, "0x1020304", "'0x1020304' is not an IPv4 address")]
    [InlineData(RecordType.A, "::1", "'::1' is not an IPv4 address")]
    [InlineData(RecordType.A, "1.2.3.4 5", "more than the rdata of type A has")]
    [InlineData(RecordType.AAAA, "1.2.3.4", "'1.2.3.4' is not an IPv6 address")]
    [InlineData(RecordType.AAAA, "fe80::1%1", "'fe80::1%1' is not an IPv6 address")]
    [InlineData(RecordType.AAAA, "[::1]", "'[::1]' is not an IPv6 address")]
    [InlineData(RecordType.AAAA, "1::2::3", "'1::2::3' is not an IPv6 address")]
    [InlineData(RecordType.NS, "a..b", "'a..b' is not a domain name")]
    [InlineData(RecordType.MX, "65536 a.", "'65536' is not a number up to 65535")]
    [InlineData(RecordType.MX, "10", "a domain name is missing")]
    [InlineData(RecordType.SRV, "1 2 -3 a.", "'-3' is not a number up to 65535")]
    [InlineData(RecordType.SOA, "a. b. 4294967296 1 1 1 1", "'4294967296' is not a number up to 4294967295")]
    [InlineData(RecordType.SOA, "a. b. 1 1x 1 1 1", "'1x' is not a number of seconds or a time such as 1h30m")]
    [InlineData(RecordType.TXT, "", "a string of up to 255 octets is missing")]
    [InlineData(RecordType.TXT, "\"open", "unfinished quotes or an unfinished escape")]
    [InlineData(RecordType.TXT, "\"a\"b", "unfinished quotes or an unfinished escape")]
    [InlineData(RecordType.TXT, "a\"b\"", "unfinished quotes or an unfinished escape")]
    [InlineData(RecordType.TXT, @"a\", "unfinished quotes or an unfinished escape")]
    [InlineData(RecordType.TXT, @"\256", @"'\256' is not a string of up to 255 octets")]
    [InlineData(RecordType.HINFO, "PC", "a string of up to 255 octets is missing")]
    [InlineData(RecordType.OPT, "x", @"rdata of type OPT can only be given as \# LENGTH HEX")]
    [InlineData((RecordType)65400, "x", @"rdata of type TYPE65400 can only be given as \# LENGTH HEX")]
    [InlineData(RecordType.A, @"\#", "the rdata's length is missing")]
    [InlineData(RecordType.A, @"\# x", "'x' is not the rdata's length, a number up to 65535")]
    [InlineData(RecordType.A, @"\# 4 0102", "2 octets where 4 were announced")]
    [InlineData(RecordType.A, @"\# 2 0102", "not the rdata of type A")]
    [InlineData(RecordType.A, @"\# 4 010", "'010' is not a sequence of pairs of hexadecimal digits")]
    [InlineData(RecordType.A, @"\# 4 0g020304", "'0g020304' is not a sequence of pairs of hexadecimal digits")]
    [InlineData(RecordType.NS, @"\# 2 C00C", "not the rdata of type NS")]
    [InlineData(RecordType.OPT, @"\# 5 000a0002be", "not the rdata of type OPT")]
    public void What_is_wrong_is_said(RecordType type, string text, string expected)
    {
        Assert.False(RdataText.TryParse(type, text, Origin, new byte[512], out int length, out string? error));
        Assert.Equal(expected, error);
        Assert.Equal(0, length);
    }

    [Theory]
    [InlineData(RecordType.A, "010203")]
    [InlineData(RecordType.AAAA, "01020304")]
    [InlineData(RecordType.NS, "")]
    [InlineData(RecordType.NS, "C00C")]
    [InlineData(RecordType.NS, "0000")]
    [InlineData(RecordType.MX, "00")]
    [InlineData(RecordType.SOA, "000000000000")]
    [InlineData(RecordType.TXT, "")]
    [InlineData(RecordType.TXT, "0261")]
    [InlineData(RecordType.HINFO, "0161")]
    [InlineData(RecordType.OPT, "000A")]
    public void Rdata_of_another_form_is_written_as_if_unknown(RecordType type, string hexadecimal)
    {
        byte[] rdata = Convert.FromHexString(hexadecimal);
        Assert.False(RdataText.IsWellFormed(type, rdata));
        Assert.Equal($@"\# {rdata.Length} {hexadecimal}".TrimEnd(), RdataText.ToText(type, rdata));
    }

    [Fact]
    public void Rdata_that_does_not_fit_is_refused()
    {
        byte[] rdata = new byte[512];
        foreach ((RecordType type, string text) in new[]
        {
            (RecordType.A, "1.2.3.4"), (RecordType.AAAA, "::"), (RecordType.MX, "1 a."), (RecordType.TXT, "abc d"),
            (RecordType.SOA, "a. b. 1 2 3 4 5"), (RecordType.NS, "@"), ((RecordType)65400, @"\# 2 0102"),
        })
        {
            Assert.True(RdataText.TryParse(type, text, Origin, rdata, out int needed, out _));
            for (int size = 0; size < needed; size++)
            {
                Assert.False(RdataText.TryParse(type, text, Origin, new byte[size], out _, out string? error));
                Assert.Equal("longer than rdata can be", error);
            }

            Assert.True(RdataText.TryParse(type, text, Origin, new byte[needed], out _, out _));
        }
    }

    [Fact]
    public void A_long_text_is_split_into_strings_of_255_octets()
    {
        byte[] rdata = new byte[70000];
        Assert.True(RdataText.TryParse(RecordType.TXT, new string('x', 300), default, rdata, out int length, out _));
        Assert.Equal((302, 255, 45), (length, rdata[0], rdata[256]));
        Assert.True(RdataText.TryParse(RecordType.TXT, new string('x', 255), default, rdata, out length, out _));
        Assert.Equal(256, length);
        Assert.False(RdataText.TryParse(RecordType.HINFO, new string('x', 256) + " y", default, rdata, out _, out _));
        Assert.False(RdataText.TryParse(RecordType.TXT, new string('x', 65500), default, rdata, out _, out string? error));
        Assert.Equal("longer than rdata can be", error);
    }

    [Fact]
    public void Without_an_origin_names_are_the_roots()
    {
        byte[] rdata = new byte[512];
        Assert.True(RdataText.TryParse(RecordType.NS, "a", default, rdata, out int length, out _));
        Assert.Equal("a.", RdataText.ToText(RecordType.NS, rdata.AsSpan(0, length)));
    }
}
