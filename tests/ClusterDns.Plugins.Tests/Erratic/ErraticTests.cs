using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Autopath;
using ClusterDns.Plugins.Erratic;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Erratic;

public sealed class ErraticTests
{
    private const string A = "NOERROR\nAnswer: a.test. 0 A 192.0.2.53";
    private const string Dropped = "DROPPED";

    [Fact]
    public void Every_second_query_is_dropped_by_default()
    {
        PluginKit kit = Create("erratic");
        Assert.Equal([Dropped, A, Dropped, A], Ask(kit, 4));
    }

    [Theory]
    [InlineData("drop", new[] { Dropped, A, Dropped, A })]
    [InlineData("drop 3", new[] { Dropped, A, A, Dropped })]
    [InlineData("drop 0", new[] { A, A, A, A })]
    [InlineData("truncate 3", new[] { A, A, A, A })]
    [InlineData("delay 0", new[] { Dropped, A, Dropped, A })]
    [InlineData("drop 3\ntruncate", new[] { Dropped, A, A, Dropped })]
    [InlineData("large\ndrop 0", null)]
    public void One_of_AMOUNT_queries_is_dropped(string options, string[]? expected)
        => Assert.Equal(expected ?? [.. Enumerable.Repeat("NOERROR" + string.Concat(Enumerable.Repeat(A[7..], 30)), 4)], Ask(Create($"erratic {{\n{options}\n}}"), 4));

    [Theory]
    [InlineData("truncate", new[] { true, false, true, false })]
    [InlineData("truncate 3", new[] { true, false, false, true })]
    [InlineData("truncate 0\ndrop 0", new[] { false, false, false, false })]
    public void One_of_AMOUNT_answers_is_truncated(string options, bool[] expected)
    {
        PluginKit kit = Create($"erratic {{\n{options}\n}}");
        Assert.Equal(expected, Enumerable.Range(0, 4).Select(_ => kit.Serve("a.test.").Response.Truncated));
    }

    [Fact]
    public void Types_have_their_answers()
    {
        PluginKit kit = Create("erratic {\ndrop 0\n}");
        Assert.Equal("NOERROR\nAnswer: a.test. 0 AAAA 2001:db8::53", kit.Ask("a.test.", RecordType.AAAA));
        Assert.True(kit.Serve("a.test.").Response.Authoritative);
        Assert.Equal("SERVFAIL", kit.Ask("a.test.", RecordType.MX));
    }

    [Fact]
    public void Queries_of_any_type_are_dropped()
    {
        PluginKit kit = Create("erratic");
        Assert.Equal([Dropped, "SERVFAIL", Dropped], [kit.Ask("a.test.", RecordType.MX), kit.Ask("a.test.", RecordType.MX), kit.Ask("a.test.", RecordType.AXFR)]);
    }

    [Fact]
    public void Zone_is_transferred_without_its_last_SOA_where_it_is_truncated()
    {
        const string authority = "Answer: test. 0 SOA sns.dns.icann.org. noc.dns.icann.org. 2018050825 7200 3600 1209600 3600";
        string rest = string.Join('\n', "Answer: test. 0 NS b.test.", "Answer: test. 0 NS a.test.", "Answer: a.test. 0 AAAA 2001:bd8::53", "Answer: b.test. 0 AAAA 2001:500::54");
        PluginKit kit = Create("erratic {\ntruncate 2\n}");

        Assert.Equal($"NOERROR\n{authority}\n{rest}", kit.Ask("test.", RecordType.AXFR));
        Assert.Equal($"NOERROR\n{authority}\n{rest}\n{authority}", kit.Ask("test.", RecordType.AXFR));
        string longest = string.Concat(Enumerable.Repeat($"{new string('x', 61)}.", 4)) + "xxxx.";
        Assert.Equal("SERVFAIL", kit.Ask(longest, RecordType.AXFR));
    }

    [Theory]
    [InlineData("delay", 2, 100)]
    [InlineData("delay 3", 3, 100)]
    [InlineData("delay 3 50ms", 3, 50)]
    public async Task One_of_AMOUNT_answers_is_delayed(string option, int amount, int milliseconds)
    {
        PluginKit kit = Create($"erratic {{\n{option}\n}}");
        for (int i = 0; i < 6; i++)
        {
            Query query = kit.CreateContext("a.test.");
            ValueTask served = kit.Handler.ServeAsync(query);
            Assert.Equal(i % amount != 0, served.IsCompleted);
            if (!served.IsCompleted)
            {
                kit.Time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
                Assert.False(served.IsCompleted);
                kit.Time.Advance(TimeSpan.FromMilliseconds(1));
                await served;
            }

            Assert.Equal(1, query.Response.Answers.Count);
        }
    }

    [Fact]
    public void Readiness_begins_with_the_third_query_and_ends_with_the_fifth()
    {
        PluginKit kit = Create("erratic");
        ReadinessCheck check = Assert.Single(kit.Build.Wiring.All<ReadinessCheck>());
        List<bool> ready = [check.IsReady()];
        for (int i = 0; i < 6; i++)
        {
            kit.Ask("a.test.");
            ready.Add(check.IsReady());
        }

        Assert.Equal("erratic", check.Plugin);
        Assert.Equal([false, false, false, true, true, false, false], ready);
    }

    [Fact]
    public void Autopath_searches_its_domains()
    {
        PluginKit kit = new([new AutopathPlugin(), new ErraticPlugin()], "autopath @erratic\nerratic {\ndrop 0\n}");
        Assert.Empty(kit.Diagnostics.Warnings);
        Assert.Equal(A.Replace("a.test.", "www.a.example.org.", StringComparison.Ordinal), kit.Ask("www.a.example.org."));
    }

    [Theory]
    [InlineData("drop x", "Corefile:3:6: invalid number 'x' for drop: expected 0 to 2147483647")]
    [InlineData("drop -1", "Corefile:3:6: invalid number '-1' for drop: expected 0 to 2147483647")]
    [InlineData("truncate 1 2", "Corefile:3:12: unexpected '2' after 'truncate': expected 'truncate [AMOUNT]'")]
    [InlineData("delay 2 x", "Corefile:3:9: invalid duration 'x' for delay: expected 0s to 1h, for example 5s or 1m30s")]
    [InlineData("delay 2 2h", "Corefile:3:9: invalid duration '2h' for delay: expected 0s to 1h, for example 5s or 1m30s")]
    [InlineData("large 3", "Corefile:3:7: unexpected '3' after 'large': expected 'large'")]
    [InlineData("dorp 3", "Corefile:3:1: unknown option 'dorp' of erratic: expected drop, truncate, delay or large; did you mean 'drop'?")]
    public void Mistake_is_an_error_with_its_place(string option, string error) => Assert.Equal(error, Create($"erratic {{\n{option}\n}}").Errors);

    private static PluginKit Create(string text) => new(new ErraticPlugin(), text);

    private static string[] Ask(PluginKit kit, int count) => [.. Enumerable.Range(0, count).Select(_ => kit.Ask("a.test."))];
}
