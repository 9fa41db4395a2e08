using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Records;

/// <summary>Text and wire form of every record type, as BIND and dnspython have them (<c>Data/rdata.txt</c>).</summary>
public class RdataTableTests
{
    public static IEnumerable<object[]> Rows() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "rdata.txt"))
            .Select(static line => line.Split('\t'))
            .Select(static part => new object[] { part[0], part[1], part[2], part.Length > 3 ? part[3] : part[1] });

    [Theory]
    [MemberData(nameof(Rows))]
    public void Text_of_every_type_becomes_the_wire_form_that_other_servers_give_it(string type, string text, string hexadecimal, string canonical)
    {
        Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
        byte[] rdata = new byte[512];
        Assert.True(RdataText.TryParse(recordType, text, default, rdata, out int length, out string? error), error);
        Assert.Equal(hexadecimal, Convert.ToHexString(rdata, 0, length));

        string written = RdataText.ToText(recordType, rdata.AsSpan(0, length));
        Assert.Equal(canonical, written);
        byte[] again = new byte[512];
        Assert.True(RdataText.TryParse(recordType, written, default, again, out length, out error), error);
        Assert.Equal(hexadecimal, Convert.ToHexString(again, 0, length));
    }

    [Theory]
    [InlineData("CAA", "0 issue", "a string is missing")]
    [InlineData("CAA", "256 issue x", "'256' is not a number up to 255")]
    [InlineData("CAA", "0 is-sue x", "'is-sue' is not a tag of letters and digits")]
    [InlineData("HTTPS", "1 . foo=1", "'foo' is not a parameter of a service such as alpn, port, ipv4hint or key65280")]
    [InlineData("HTTPS", "1 . port=65536", "'65536' is not a port, a number up to 65535")]
    [InlineData("HTTPS", "1 . port=1 port=2", "port is given twice")]
    [InlineData("HTTPS", "1 . alpn=", "'' is not a list of protocols for alpn, such as h2,h3")]
    [InlineData("HTTPS", "1 . alpn=h2,,h3", "'h2,,h3' is not a list of protocols for alpn, such as h2,h3")]
    [InlineData("HTTPS", "1 . no-default-alpn=x", "'x' is not a value of no-default-alpn, which has none")]
    [InlineData("HTTPS", "1 . ipv4hint=::1", "'::1' is not a list of IPv4 addresses")]
    [InlineData("HTTPS", "1 . mandatory=alpn", "alpn is mandatory and missing")]
    [InlineData("HTTPS", "1 . mandatory=mandatory", "'mandatory' is not a list of parameters other than mandatory, each once")]
    [InlineData("HTTPS", "1 . ech=#", "'#' is not base64")]
    [InlineData("HTTPS", "1 . alpn=\"h2", "unfinished quotes or an unfinished escape")]
    [InlineData("HTTPS", "1 . alpn=\"h2\"x", "unfinished quotes or an unfinished escape")]
    [InlineData("TLSA", "3 1 1", "pairs of hexadecimal digits are missing")]
    [InlineData("TLSA", "3 1 1 012", "'012' is not a sequence of pairs of hexadecimal digits")]
    [InlineData("DNSKEY", "257 3 NONE AA==", "'NONE' is not a DNSSEC algorithm, a number up to 255 or a mnemonic such as ECDSAP256SHA256")]
    [InlineData("DNSKEY", "257 3 8 A", "'A' is not base64")]
    [InlineData("RRSIG", "A 8 3 60 20301301000000 0 1 . AA==", "'20301301000000' is not a time such as 20301231235959")]
    [InlineData("NSEC", ". A BOGUS", "'BOGUS' is not a record type")]
    [InlineData("NSEC3", "1 0 0 abc 0", "'abc' is not a sequence of pairs of hexadecimal digits")]
    [InlineData("NSEC3", "1 0 0 - zz", "'zz' is not a hash in base32hex digits")]
    [InlineData("LOC", "91 N 0 E 0", "not a latitude: degrees up to 90, optional minutes and seconds, and N or S")]
    [InlineData("LOC", "9 N 0 N 0", "not a longitude: degrees up to 180, optional minutes and seconds, and E or W")]
    [InlineData("LOC", "9 N 0 E", "not an altitude: metres from -100000.00 to 42849672.95")]
    [InlineData("APL", "1:192.0.2.0/33", "'1:192.0.2.0/33' is not an address prefix such as 1:192.0.2.0/24 or !2:2001:db8::/32")]
    [InlineData("IPSECKEY", "10 1 2 ::1 AA==", "'::1' is not a gateway of the type before it: '.', an IPv4 address, an IPv6 address or a domain name")]
    [InlineData("EUI48", "00-00-5e-00-53", "'00-00-5e-00-53' is not a hardware address such as 00-00-5e-00-53-2a")]
    [InlineData("NSAP", "47", "'47' is not 0x and pairs of hexadecimal digits")]
    [InlineData("NULL", "x", @"rdata of type NULL can only be given as \# LENGTH HEX")]
    public void Impossible_text_is_refused_with_what_is_wrong(string type, string text, string expected)
    {
        Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
        Assert.False(RdataText.TryParse(recordType, text, default, new byte[512], out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Rdata_that_does_not_fit_is_refused_for_every_type()
    {
        foreach (object[] row in Rows())
        {
            Assert.True(RecordTypes.TryParse((string)row[0], out RecordType type));
            int needed = ((string)row[2]).Length / 2;
            for (int size = 0; size < needed; size++)
            {
                Assert.False(RdataText.TryParse(type, (string)row[1], default, new byte[size], out _, out string? error));
                Assert.Equal("longer than rdata can be", error);
            }
        }
    }

    /// <summary>Found by the guided fuzzer: what is well formed on the wire has a text that can be read again.</summary>
    [Fact]
    public void Empty_ech_is_read_as_it_is_written()
    {
        byte[] rdata = [0, 1, 0, 0, 5, 0, 0];
        Assert.Equal("1 . ech", RdataText.ToText(RecordType.HTTPS, rdata));

        byte[] again = new byte[512];
        Assert.True(RdataText.TryParse(RecordType.HTTPS, "1 . ech", default, again, out int length, out string? error), error);
        Assert.Equal(rdata, again[..length]);
    }
}
