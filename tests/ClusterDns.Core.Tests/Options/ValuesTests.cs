using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;

namespace ClusterDns.Core.Tests.Options;

public sealed class ValuesTests
{
    private static readonly SourcePlace Place = new("Corefile", 3, 7);

    private readonly DiagnosticBag _diagnostics = new();

    public static TheoryData<string, string, string> Readings => new()
    {
        { "integer", "9", "9" },
        { "integer", "10", "error: invalid number '10' for x: expected 1 to 9" },
        { "integer", "one", "error: invalid number 'one' for x: expected 1 to 9" },
        { "clamped", "12", "9 warning: '12' counts as 9 for 'x': expected 1 to 9" },
        { "clamped", "-1", "1 warning: '-1' counts as 1 for 'x': expected 1 to 9" },
        { "clamped", "one", "error: invalid number 'one' for x: expected 1 to 9" },
        { "count", "4294967295", "2147483647 warning: '4294967295' counts as 2147483647 for 'x': expected 0 to 2147483647" },
        { "count", "-1", "error: invalid number '-1' for x: expected 0 to 2147483647" },
        { "duration", "1m30s", "00:01:30" },
        { "duration", "90", "error: invalid duration '90' for x: expected for example 5s or 1m30s" },
        { "duration", "-1s", "error: invalid duration '-1s' for x: expected 0s or more" },
        { "positive", "0s", "error: invalid duration '0s' for x: expected more than 0s" },
        { "seconds", "90", "00:01:30" },
        { "seconds", "25h", "error: invalid duration '25h' for x: expected 1s to 24h" },
        { "seconds", "soon", "error: invalid duration 'soon' for x: expected for example 5s or 1m30s" },
        { "fromzero", "-2s", "00:00:00 warning: '-2s' counts as 0s for 'x': write a duration that is not negative" },
        { "choice", "on", "on" },
        { "choice", "of", "error: invalid value 'of' for x: expected on or off; did you mean 'on'?" },
        { "choice", "ON", "error: invalid value 'ON' for x: expected on or off; did you mean 'on'?" },
        { "anycase", "ON", "True" },
        { "type", "CNAM", "error: invalid record type 'CNAM' for x: expected for example A, PTR or TYPE65; did you mean 'CNAME'?" },
        { "type", "TYPE65", "HTTPS" },
        { "class", "CH", "CH" },
        { "rcode", "refusd", "error: invalid response code 'refusd' for x: expected for example NXDOMAIN or REFUSED; did you mean 'REFUSED'?" },
        { "address", "2001:db8::1", "2001:db8::1" },
        { "address", "10.1", "error: invalid address '10.1' for x: expected for example 192.0.2.1 or 2001:db8::1" },
        { "http", ":80", ":80" },
        { "http", "localhost:", "localhost:0 warning: 'localhost:' has no port, and the system picks one: write one such as :8080" },
        { "http", "80", "error: invalid address '80' for x: expected for example :8080, localhost:8080 or 127.0.0.1:8080" },
        { "text", "", "" },
    };

    [Theory]
    [MemberData(nameof(Readings))]
    public void Value_is_read_or_reported(string value, string word, string expected)
    {
        string read = value switch
        {
            "integer" => Read(Values.Integer(1, 9), word),
            "clamped" => Read(Values.ClampedInteger(1, 9), word),
            "count" => Read(Values.Count, word),
            "duration" => Read(Values.Duration(), word),
            "positive" => Read(Values.Duration(new TimeSpan(1)), word),
            "seconds" => Read(Values.DurationOrSeconds(TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)), word),
            "fromzero" => Read(Values.DurationFromZero, word),
            "choice" => Read(Values.Choice("on", "off"), word),
            "anycase" => Read(Values.ChoiceIgnoringCase(("on", true), ("off", false)), word),
            "type" => Read(Values.RecordType, word),
            "class" => Read(Values.RecordClass, word),
            "rcode" => Read(Values.ResponseCode, word),
            "address" => Read(Values.Address, word),
            "http" => Read(Values.HttpAddress(":8080"), word),
            _ => Read(Values.Text("TEXT"), word),
        };

        Assert.Equal(expected, read);
    }

    [Fact]
    public void Values_can_be_narrowed_converted_and_kept_with_their_word()
    {
        OptionValue<int> even = Values.Integer(0, 9).Where(static value => value % 2 == 0, "an even number");

        Assert.Equal("error: invalid number '3' for x: expected an even number", Read(even, "3"));
        Assert.Equal("40", Read(even.Select(static value => value * 10), "4"));
        Assert.Equal("(4, 4)", Read(even.WithWord(), "4"));
    }

    private string Read<T>(OptionValue<T> value, string word)
    {
        DirectiveReader line = new(new DirectiveSyntax(new Token("x", Place), [], [], HasBlock: false), _diagnostics);
        int errors = _diagnostics.Errors.Count;
        bool isRead = value.TryRead(line, new Token(word, Place), out T read);
        Assert.Equal(isRead, _diagnostics.Errors.Count == errors);
        string prefix = $"{Place}: ";
        string text = isRead ? string.Create(CultureInfo.InvariantCulture, $"{read}") : $"error: {_diagnostics.Errors[^1].ToString()[prefix.Length..]}";
        return _diagnostics.Warnings.Count == 0 ? text : $"{text} warning: {_diagnostics.Warnings[^1].ToString()[prefix.Length..]}";
    }
}
