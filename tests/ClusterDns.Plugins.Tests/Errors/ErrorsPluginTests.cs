using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Errors;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Errors;

public sealed class ErrorsPluginTests
{
    [Fact]
    public void A_failure_is_logged_with_code_name_and_type()
    {
        PluginKit kit = Create("errors", "i/o timeout");
        kit.Ask("Example.org.", RecordType.AAAA);

        Assert.Equal("[ERROR] plugin/errors: 2 example.org. AAAA: i/o timeout", Assert.Single(kit.Log));
    }

    [Theory]
    [InlineData("warning", "[WARNING] plugin/errors: 2 a.test. A: x")]
    [InlineData("error", "[ERROR] plugin/errors: 2 a.test. A: x")]
    [InlineData("info", "[INFO] plugin/errors: 2 a.test. A: x")]
    [InlineData("debug", "[DEBUG] plugin/errors: 2 a.test. A: x")]
    public void A_line_has_the_level_of_its_pattern(string level, string expected)
    {
        PluginKit kit = Create($"errors {{\n consolidate 30s x {level} show_first\n}}", "x");
        kit.Ask("a.test.");

        Assert.Equal([expected], kit.Log, StringComparer.Ordinal);
    }

    [Fact]
    public void A_line_for_debugging_is_written_only_where_such_lines_are()
    {
        PluginKit kit = Create("errors {\n consolidate 30s x debug show_first\n}", "x", isDebug: false);
        kit.Ask("a.test.");

        Assert.Empty(kit.Log);
    }

    [Fact]
    public void A_failure_is_one_line_whatever_is_in_it()
    {
        PluginKit kit = Create("errors", "a\n[ERROR] b\tc\x1b[31m\x7f \u00e9\U0001f409");
        kit.Ask("a.test.");

        Assert.Equal(["[ERROR] plugin/errors: 2 a.test. A: a\\n[ERROR] b\\tc\\x1b[31m\\x7f \u00e9\U0001f409"], kit.Log, StringComparer.Ordinal);
    }

    [Fact]
    public void A_failure_without_end_is_cut_between_characters()
    {
        PluginKit kit = Create("errors", new string('\u00e9', 5000));
        kit.Ask("a.test.");

        string line = Assert.Single(kit.Log);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(line), 4095, 4096);
        Assert.EndsWith("\u00e9", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_that_match_are_counted_and_reported_once_a_period()
    {
        PluginKit kit = Create("errors {\n consolidate 30s \".* timeout$\" warning\n}", "i/o timeout");
        kit.Ask("a.test.");
        kit.Ask("b.test.");
        Assert.Empty(kit.Log);

        kit.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("Warning: 2 errors like '.* timeout$' occurred in last 30s", Assert.Single(kit.Log));

        kit.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(kit.Log);
    }

    [Fact]
    public void The_first_is_shown_at_once_when_asked_for_and_a_report_of_one_left_out()
    {
        PluginKit kit = Create("errors {\n consolidate 30s \"timeout\" info show_first\n}", "i/o timeout");
        kit.Ask("a.test.");
        kit.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("[INFO] plugin/errors: 2 a.test. A: i/o timeout", string.Join('\n', kit.Log));

        kit.Ask("a.test.");
        kit.Ask("a.test.");
        kit.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("Information: 2 errors like 'timeout' occurred in last 30s", kit.Log.Last());
    }

    [Fact]
    public async Task What_was_counted_is_reported_at_the_end()
    {
        PluginKit kit = Create("errors {\n consolidate 1h \"timeout\"\n}", "i/o timeout");
        kit.Ask("a.test.");
        await Assert.Single(kit.Build.Services).StopAsync(CancellationToken.None);

        Assert.Equal("Error: 1 errors like 'timeout' occurred in last 1h", Assert.Single(kit.Log));
        kit.Ask("a.test.");
        Assert.Equal("[ERROR] plugin/errors: 2 a.test. A: i/o timeout", kit.Log.Last());
    }

    [Fact]
    public void Stacktrace_asks_for_stack_traces()
    {
        Assert.True(Create("errors {\n stacktrace\n}", "x").Wiring.Has<StackTraces>());
        Assert.False(Create("errors", "x").Wiring.Has<StackTraces>());
    }

    [Theory]
    [InlineData("errors file.log", "Corefile:2:8: unexpected 'file.log' after 'errors': expected 'errors [stdout]'")]
    [InlineData("errors {\n consolidate 5m\n}", "Corefile:3:2: missing argument of 'consolidate': expected 'consolidate DURATION REGEXP [LEVEL] [show_first]'")]
    [InlineData("errors {\n consolidate 5m x loud\n}", "Corefile:3:19: unexpected 'loud' after 'consolidate': expected 'consolidate DURATION REGEXP [LEVEL] [show_first]'")]
    [InlineData("errors {\n consolidate 5m x show_first error\n}", "Corefile:3:30: unexpected 'error' after 'consolidate': expected 'consolidate DURATION REGEXP [LEVEL] [show_first]'")]
    [InlineData("errors {\n stacktraces\n}", "Corefile:3:2: unknown option 'stacktraces' of errors: expected stacktrace or consolidate; did you mean 'stacktrace'?")]
    public void Wrong_options_say_where_and_why(string text, string error) => Assert.Equal(error, Create(text, "x").Errors);

    private static PluginKit Create(string text, string failure, bool isDebug = true)
        => new(new ErrorsPlugin(), text, context => context.Response.Fail("next", ResponseCode.ServFail, failure), isDebug: isDebug);
}
