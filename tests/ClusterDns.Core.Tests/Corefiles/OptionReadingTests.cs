using ClusterDns.Core.Corefiles;

namespace ClusterDns.Core.Tests.Corefiles;

public sealed class OptionReadingTests
{
    private static readonly SourcePlace Place = new("Corefile", 3, 7);

    private readonly DiagnosticBag _diagnostics = new();

    [Theory]
    [InlineData("example.org", "dns://example.org.:1053")]
    [InlineData("Example.ORG.:54", "dns://example.org.:54")]
    [InlineData(":5353", "dns://.:5353")]
    [InlineData(".", "dns://.:1053")]
    [InlineData("tls://example.org", "tls://example.org.:853")]
    [InlineData("https://.", "https://.:443")]
    [InlineData("quic://example.org:8853", "quic://example.org.:8853")]
    [InlineData("10.0.0.0/24", "dns://0.0.10.in-addr.arpa.:1053")]
    [InlineData("10.0.0.0/8:53", "dns://10.in-addr.arpa.:53")]
    [InlineData("10.1.2.0/23", "dns://2.1.10.in-addr.arpa.:1053 dns://3.1.10.in-addr.arpa.:1053")]
    [InlineData("fd00:10:96::/112:1055", "dns://0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.1.0.0.0.0.d.f.ip6.arpa.:1055")]
    [InlineData("10.0.0.0/0", "dns://in-addr.arpa.:1053")]
    [InlineData("2001:db8::/0", "dns://ip6.arpa.:1053")]
    [InlineData("0/25.2.0.192.in-addr.arpa", "dns://0/25.2.0.192.in-addr.arpa.:1053")]
    [InlineData("dns://128/26.2.0.192.in-addr.arpa:54", "dns://128/26.2.0.192.in-addr.arpa.:54")]
    [InlineData("2001:db8::/31", "dns://8.b.d.0.1.0.0.2.ip6.arpa.:1053 dns://9.b.d.0.1.0.0.2.ip6.arpa.:1053")]
    public void Keys_are_zones_with_schemes_and_ports(string key, string expected)
    {
        Assert.True(ServerKeyParser.TryParse(new Token(key, Place), 1053, _diagnostics, out IReadOnlyList<ServerKey> addresses));

        Assert.Equal(expected, string.Join(' ', addresses));
        Assert.Empty(_diagnostics.Errors);
    }

    [Theory]
    [InlineData("tsl://.", "Corefile:3:7: unknown scheme 'tsl': expected dns, tls, https, https3, grpc or quic; did you mean 'tls'?")]
    [InlineData(".:dns", "Corefile:3:7: invalid port 'dns': expected a number from 0 to 65535")]
    [InlineData(".:70000", "Corefile:3:7: invalid port '70000': expected a number from 0 to 65535")]
    [InlineData("a..b", "Corefile:3:7: 'a..b' is not a zone: expected a domain name with labels of at most 63 bytes, 255 bytes in all")]
    public void Wrong_keys_say_why(string key, string error)
    {
        Assert.False(ServerKeyParser.TryParse(new Token(key, Place), 1053, _diagnostics, out _));
        Assert.Equal(error, Assert.Single(_diagnostics.Errors).ToString());
    }

    [Theory]
    [InlineData("10.0.0.0/33", "10.0.0.0/33.")]
    [InlineData("10.0/16", "10.0/16.")]
    [InlineData("2001:db8::/129", "2001:db8::/129.")]
    public void What_looks_like_a_network_and_is_none_is_a_name_with_a_warning(string key, string zone)
    {
        Assert.True(ServerKeyParser.TryParse(new Token(key, Place), 1053, _diagnostics, out IReadOnlyList<ServerKey> addresses));

        Assert.Equal(zone, Assert.Single(addresses).Zone.Text);
        Assert.Equal(
            $"Corefile:3:7: '{key}' is not a network and is read as a name: a network is an address and a length such as 10.0.0.0/24",
            Assert.Single(_diagnostics.Warnings).ToString());
    }

    [Theory]
    [InlineData("b\u00FCcher.example", "'xn--bcher-kva.example'")]
    [InlineData("dns://STRASSE.\u4F8B\u3048.test:53", "'strasse.xn--r8jz45g.test'")]
    [InlineData("\u00FC..test", "in punycode (xn--...)")]
    public void Letters_outside_ASCII_are_an_error_that_says_what_to_write(string key, string suggestion)
    {
        Assert.False(ServerKeyParser.TryParse(new Token(key, Place), 1053, _diagnostics, out _));
        Assert.EndsWith($"has letters outside ASCII: write the zone as it appears in queries: {suggestion}", Assert.Single(_diagnostics.Errors).ToString(), StringComparison.Ordinal);

        Assert.False(new DirectiveReader(new DirectiveSyntax(new Token("cache", Place), [], [], false), _diagnostics).TryZones([new Token(key, Place)], [], out _));
    }

    [Theory]
    [InlineData("example.org", "example.org.", "")]
    [InlineData("dns://Example.org:53", "example.org.", "the scheme and the port of 'dns://Example.org:53' have no effect: write 'Example.org'")]
    [InlineData("10.0.0.0/23:53", "0.0.10.in-addr.arpa. 1.0.10.in-addr.arpa.", "the scheme and the port of '10.0.0.0/23:53' have no effect: write '10.0.0.0/23'")]
    [InlineData("2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa.", "")]
    [InlineData("0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa.", "")]
    [InlineData("example.org:dns", "example.org:dns.", "")]
    [InlineData("a..b", "", "'a..b' is not a zone: expected a domain name with labels of at most 63 bytes, 255 bytes in all; it has no effect")]
    public void Zones_of_plugins_lose_their_ports_and_invalid_ones_have_no_effect(string word, string zones, string warning)
    {
        DirectiveReader reader = new(new DirectiveSyntax(new Token("cache", Place), [], [], HasBlock: false), _diagnostics);

        Assert.True(reader.TryZones([new Token(word, Place)], [], out IReadOnlyList<Zone> found));

        Assert.Equal(zones, string.Join(' ', found));
        Assert.Equal(warning.Length == 0 ? "" : $"Corefile:3:7: {warning}", string.Join('\n', _diagnostics.Warnings));
    }

    [Theory]
    [InlineData("5s", 5000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("300ms", 300)]
    [InlineData("-2s", -2000)]
    [InlineData("0", 0)]
    [InlineData("1h0m0.5s", 3_600_500)]
    public void Durations_are_Gos(string text, double milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5x")]
    [InlineData("1.2.3s")]
    [InlineData("5 s")]
    [InlineData("99999999999h")]
    public void Other_texts_are_no_durations(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData("fowrard", "forward")]
    [InlineData("kubernets", "kubernetes")]
    [InlineData("lgo", "log")]
    [InlineData("Errors", "errors")]
    [InlineData("xyz", null)]
    [InlineData("whoareyou", null)]
    public void Near_misses_are_found(string word, string? meant)
        => Assert.Equal(meant, NearMiss.Find(word, ["forward", "kubernetes", "log", "errors", "loop", "whoami"]));

    [Fact]
    public void Readers_report_with_place_and_expectation()
    {
        DirectiveReader reader = new(
            new DirectiveSyntax(new Token("cache", Place), [new Token("x", Place with { Column = 13 })], [], HasBlock: true), _diagnostics);

        Assert.False(reader.ExpectArguments(0, 0, "cache"));
        Assert.False(reader.ExpectNoBlock());
        reader.UnknownOption(new DirectiveSyntax(new Token("prefech", Place), [], [], HasBlock: false), ["prefetch", "success"]);

        Assert.Equal(
            """
            Corefile:3:13: unexpected 'x' after 'cache': expected 'cache'
            Corefile:3:7: 'cache' does not take a block
            Corefile:3:7: unknown option 'prefech' of cache: expected prefetch or success; did you mean 'prefetch'?
            """,
            string.Join('\n', _diagnostics.Errors));
    }
}
