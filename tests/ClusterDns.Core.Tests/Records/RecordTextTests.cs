using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Records;

public class RecordTextTests
{
    private static readonly byte[] Origin = DomainName.Parse("example.org");

    [Theory]
    [InlineData("a.b. 60 IN A 192.0.2.1", "a.b. 60 IN A 192.0.2.1")]
    [InlineData("a.b. IN 60 A 192.0.2.1", "a.b. 60 IN A 192.0.2.1")]
    [InlineData("a.b. 1h30m A 192.0.2.1", "a.b. 5400 IN A 192.0.2.1")]
    [InlineData("a.b. CH TXT x", "a.b. 3600 CH TXT \"x\"")]
    [InlineData("a.b. A 192.0.2.1", "a.b. 3600 IN A 192.0.2.1")]
    [InlineData("a.b.\t0\tin\taaaa\t2001:db8::1  ", "a.b. 0 IN AAAA 2001:db8::1")]
    [InlineData("A 60 A 192.0.2.1", "A.example.org. 60 IN A 192.0.2.1")]
    [InlineData("@ 60 CNAME www", "example.org. 60 IN CNAME www.example.org.")]
    [InlineData("a\\.b\\032c. 60 NS @", "a\\.b\\032c. 60 IN NS example.org.")]
    [InlineData("a. 60 TYPE65400 \\# 1 ff", "a. 60 IN TYPE65400 \\# 1 FF")]
    [InlineData("a. 60 CLASS32 TYPE1 \\# 4 c0000201", "a. 60 CLASS32 A 192.0.2.1")]
    [InlineData("a. SOA b. c. (1 60\n 120 ; the retry\n\t86400 3600) ; done", "a. 3600 IN SOA b. c. 1 60 120 86400 3600")]
    [InlineData("a. TXT(x)", "a. 3600 IN TXT \"x\"")]
    [InlineData("a. TXT \"(;)\\\"\" y\\;z;comment", "a. 3600 IN TXT \"(;)\\\"\" \"y;z\"")]
    [InlineData("\r\n ; nothing\n\na. A 192.0.2.1\r\nb. A 192.0.2.2", "a. 3600 IN A 192.0.2.1")]
    [InlineData("a. 2147483647 A 192.0.2.1", "a. 2147483647 IN A 192.0.2.1")]
    public void A_record_is_read(string text, string expected) => Assert.Equal(expected, Parse(text));

    [Theory]
    [InlineData("", "no record")]
    [InlineData("\n; nothing", "no record")]
    [InlineData(" a. A 192.0.2.1", "a space instead of an owner name")]
    [InlineData("a..b A 192.0.2.1", "'a..b' is not a domain name")]
    [InlineData("\"a.\" A 192.0.2.1", "'a.' is not a domain name")]
    [InlineData("\"a. A 192.0.2.1", "unfinished quotes or an unfinished escape")]
    [InlineData("$TTL 60", "'$TTL' is a directive, not a record")]
    [InlineData("a. 60 IN", "a type is missing")]
    [InlineData("a. 60 60 A 192.0.2.1", "unexpected '60': expected a TTL, a class or a type")]
    [InlineData("a. IN CH A 192.0.2.1", "unexpected 'CH': expected a TTL, a class or a type")]
    [InlineData("a. <no value> A 192.0.2.1", "unexpected '<no': expected a TTL, a class or a type")]
    [InlineData("a. \"A\" 192.0.2.1", "unexpected 'A': expected a TTL, a class or a type")]
    [InlineData("a. IN \"A 192.0.2.1", "unfinished quotes or an unfinished escape")]
    [InlineData("a. 1x A 192.0.2.1", "'1x' is not a time to live, a number of seconds up to 2147483647")]
    [InlineData("a. 2147483648 A 192.0.2.1", "'2147483648' is not a time to live, a number of seconds up to 2147483647")]
    [InlineData("a. OPT \\# 0", "records of type OPT have no text form")]
    [InlineData("a. ANY", "records of type ANY have no text form")]
    [InlineData("a. TYPE0 \\# 0", "records of type TYPE0 have no text form")]
    [InlineData("a. NONE A 192.0.2.1", "records of class NONE have no text form")]
    [InlineData("a. A", "an IPv4 address is missing")]
    [InlineData("a. A 192.0.2.1 x", "more than the rdata of type A has")]
    [InlineData("a. SOA b. c. (1 2 3 4 5", "'(' without its ')'")]
    [InlineData("a. A 192.0.2.1)", "')' without its '('")]
    [InlineData("a. NULL AAAA", "rdata of type NULL can only be given as \\# LENGTH HEX")]
    public void What_is_wrong_is_said(string text, string expected)
    {
        Assert.False(RecordText.TryParse(text, default, 3600, new byte[RecordText.MaxWireLength], out ParsedRecord record, out string? error));
        Assert.Equal(expected, error);
        Assert.Equal(default, record);
    }

    [Fact]
    public void A_record_that_does_not_fit_is_refused()
    {
        Assert.False(RecordText.TryParse("@ A 192.0.2.1", Origin, 0, new byte[5], out _, out string? error));
        Assert.Equal("longer than a record can be", error);
        Assert.False(RecordText.TryParse("a. A 192.0.2.1", default, 0, new byte[6], out _, out error));
        Assert.Equal("longer than rdata can be", error);
    }

    [Fact]
    public void Any_text_is_read_or_refused_without_an_exception() =>
        OneOf("a.", " ", "\n", "60", "IN", "A", "TXT", "192.0.2.1", "(", ")", ";", "\"", "\\", "@", "SOA", "\r", "x", "\\0")
            .List[0, 14]
            .Sample(static words =>
            {
                bool parsed = RecordText.TryParse(
                    string.Concat(words), default, 3600, new byte[RecordText.MaxWireLength], out _, out string? error);
                Assert.Equal(parsed, error is null);
            });

    [Fact]
    public void What_a_record_says_survives_its_text() =>
        Gen.Select(OneOf("a.", "b.c.", "."), Gen.UInt[0, int.MaxValue], Gen.Byte.Array[0, 60]).Sample(static (owner, timeToLive, rdata) =>
        {
            string text = $"{owner} {timeToLive} IN TYPE65400 {RdataText.ToText((RecordType)65400, rdata)}";
            Assert.Equal(text, Parse(text));
        });

    private static Gen<string> OneOf(params string[] parts) => Gen.Int[0, parts.Length - 1].Select(i => parts[i]);

    private static string Parse(string text)
    {
        byte[] wire = new byte[RecordText.MaxWireLength];
        Assert.True(RecordText.TryParse(text, Origin, 3600, wire, out ParsedRecord record, out string? error), error);
        string owner = DomainName.ToText(wire.AsSpan(0, record.OwnerLength));
        string rdata = RdataText.ToText(record.Type, wire.AsSpan(record.OwnerLength, record.RdataLength));
        return $"{owner} {record.TimeToLive} {RecordClasses.ToText(record.Class)} {RecordTypes.ToText(record.Type)} {rdata}";
    }
}
