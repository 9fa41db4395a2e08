using System.Text;
using ClusterDns.Core.Http;
using ClusterDns.Plugins.Pprof;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Pprof;

public sealed class PprofTests
{
    [Theory]
    [InlineData("pprof", "localhost:6053")]
    [InlineData("pprof :6060", ":6060")]
    [InlineData("pprof 192.0.2.1:6060", "192.0.2.1:6060")]
    public void Pages_are_at_the_address(string text, string address)
        => Assert.Equal(
            ["/debug/pprof", "/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/gc", "/debug/pprof/heap", "/debug/pprof/threads"],
            Endpoints(text).Where(endpoint => endpoint.Address.ToString() == address).Select(static endpoint => endpoint.Path));

    [Fact]
    public void Index_lists_the_pages()
    {
        string index = Get("/debug/pprof/");
        Assert.Equal(index, Get("/debug/pprof"));
        Assert.All(Endpoints("pprof").Skip(2), endpoint => Assert.Contains($"\n{endpoint.Path["/debug/pprof/".Length..]} ", index, StringComparison.Ordinal));
    }

    [Fact]
    public void Command_line_has_NUL_between_words() => Assert.Equal(Environment.GetCommandLineArgs(), Get("/debug/pprof/cmdline").Split('\0'));

    [Fact]
    public void Collections_are_counted_since_the_start()
    {
        GC.Collect(2);
        string text = Get("/debug/pprof/gc");
        Assert.True(Read(text, "collections of generation 2") >= 1);
        Assert.True(Read(text, "allocated, bytes") > 0);
        Assert.True(Read(text, "total pause, ms") > 0);
    }

    [Fact]
    public void Heap_has_its_generations()
    {
        GC.Collect(2);
        string text = Get("/debug/pprof/heap");
        Assert.True(Read(text, "heap, bytes") > 0);
        Assert.True(Read(text, "generation 2, bytes") > 0);
        Assert.True(Read(text, "in use now, bytes") > 0);
    }

    [Fact]
    public void Threads_have_their_names()
    {
        FakeFiles files = new();
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            files[$"/proc/self/task/{Path.GetFileName(task)}/comm"] = "some-name\n";
        }

        string text = Get("/debug/pprof/threads", files);
        Assert.True(Read(text, "pool threads") > 0);
        Assert.Contains("  some-name\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("block")]
    [InlineData("block 10")]
    public void Block_is_accepted_with_a_warning(string option)
    {
        PluginKit kit = new(new PprofPlugin(), $"pprof {{\n{option}\n}}");
        Assert.Equal("", kit.Errors);
        Assert.Equal("Corefile:3:1: 'block' has no effect: .NET does not profile blocked threads", Assert.Single(kit.Diagnostics.Warnings).ToString());
    }

    [Theory]
    [InlineData("pprof x", "Corefile:2:7: invalid address 'x' for pprof: expected for example :8080, localhost:8080 or 127.0.0.1:8080")]
    [InlineData("pprof {\nblock 0\n}", "Corefile:3:7: invalid number '0' for block: expected 1 to 2147483647")]
    [InlineData("pprof {\nblock 1 2\n}", "Corefile:3:9: unexpected '2' after 'block': expected 'block [RATE]'")]
    public void Mistake_is_an_error_with_its_place(string text, string error) => Assert.Equal(error, new PluginKit(new PprofPlugin(), text).Errors);

    private static IReadOnlyList<HttpEndpoint> Endpoints(string text, FakeFiles? files = null)
        => new PluginKit(new PprofPlugin(), text, files: files).Build.Wiring.All<HttpEndpoint>();

    private static string Get(string path, FakeFiles? files = null)
    {
        HttpExchange exchange = new("");
        Endpoints("pprof", files).Single(endpoint => endpoint.Path == path).Handler(exchange);
        return Encoding.UTF8.GetString(exchange.Written.Span);
    }

    private static double Read(string text, string name)
        => double.Parse(
            text.Split('\n').Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..],
            System.Globalization.CultureInfo.InvariantCulture);
}
