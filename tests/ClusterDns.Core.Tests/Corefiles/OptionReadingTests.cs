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
    [InlineData("2001:db8::/31", "dns://8.b.d.0.1.0.0.2.ip6.arpa.:1053 dns://9.b.d.0.1.0.0.2.ip6.arpa.:1053")]
    public void Keys_are_zones_with_schemes_and_ports(string key, string expected)
    {
        Assert.True(ServerAddressParser.TryParse(new Token(key, Place), 1053, _diagnostics, out IReadOnlyList<ServerAddress> addresses));

        Assert.Equal(expected, string.Join(' ', addresses));
        Assert.Empty(_diagnostics.Errors);
    }

    [Theory]
    [InlineData("tsl://.", "Corefile:3:7: unknown scheme 'tsl', expected dns, tls, https, https3, grpc or quic; did you mean 'tls'?")]
    [InlineData(".:dns", "Corefile:3:7: 'dns' is not a port, expected a number from 0 to 65535")]
    [InlineData(".:70000", "Corefile:3:7: '70000' is not a port, expected a number from 0 to 65535")]
    [InlineData("a..b", "Corefile:3:7: 'a..b' is not a zone, expected a domain name of labels of at most 63 bytes, 255 in all")]
    [InlineData("10.0.0.0/33", "Corefile:3:7: '10.0.0.0/33' is not a network, expected an address and a length such as 10.0.0.0/24")]
    [InlineData("10.0.0.0/0", "Corefile:3:7: '10.0.0.0/0' is not a network, expected an address and a length such as 10.0.0.0/24")]
    [InlineData("10.0/16", "Corefile:3:7: '10.0/16' is not a network, expected an address and a length such as 10.0.0.0/24")]
    public void Wrong_keys_say_why(string key, string error)
    {
        Assert.False(ServerAddressParser.TryParse(new Token(key, Place), 1053, _diagnostics, out _));
        Assert.Equal(error, Assert.Single(_diagnostics.Errors).ToString());
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
        Assert.False(reader.TryInteger(reader.Arguments[0], 1, 9, out _));
        Assert.False(reader.TryDuration(reader.Arguments[0], TimeSpan.Zero, out _));
        Assert.False(reader.TryChoice(reader.Arguments[0], ["on", "off"], out _));
        reader.UnknownOption(new DirectiveSyntax(new Token("prefech", Place), [], [], HasBlock: false), ["prefetch", "success"]);

        Assert.Equal(
            """
            Corefile:3:7: cache has 1 argument, expected 'cache'
            Corefile:3:7: cache takes no options in braces, expected the end of the line
            Corefile:3:13: 'x' is no value for cache, expected a number from 1 to 9
            Corefile:3:13: 'x' is no value for cache, expected a duration that is not negative, such as 5s or 1m30s
            Corefile:3:13: 'x' is no value for cache, expected on, off
            Corefile:3:7: unknown option 'prefech' of cache, expected prefetch, success; did you mean 'prefetch'?
            """,
            string.Join('\n', _diagnostics.Errors));
    }
}
