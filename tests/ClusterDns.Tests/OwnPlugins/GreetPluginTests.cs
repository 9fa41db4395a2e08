using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.OwnPlugin;
using ClusterDns.Plugins;
using ClusterDns.Server.Hosting;
using ClusterDns.Tests.Hosting;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.OwnPlugins;

/// <summary>A plugin of another assembly, which sees only what is public, does what the plugins of this version do.</summary>
public sealed class GreetPluginTests
{
    private const string Greet = """
        example.org:0 {
            bind 127.0.0.1
            reload 10s 1s
            root FOLDER
            metadata
            log . "{name} {/greet/greeting} {/view/name}"
            prometheus 127.0.0.1:0
            ready 127.0.0.1:0
            whoami
            greet "good morning" {
                ttl 7
            }
        }
        """;

    [Fact]
    public void It_sees_only_what_is_public()
    {
        AssemblyName own = typeof(GreetPlugin).Assembly.GetName();
        Assert.DoesNotContain(
            typeof(Query).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>(),
            friend => string.Equals(friend.AssemblyName, own.Name, StringComparison.Ordinal));
        Assert.Equal(
            ["ClusterDns.Core"],
            typeof(GreetPlugin).Assembly.GetReferencedAssemblies()
                .Select(static reference => reference.Name!)
                .Where(static name => name.StartsWith("ClusterDns", StringComparison.OrdinalIgnoreCase)),
            StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("whoami")]
    [InlineData("prometheus")]
    [InlineData("reload")]
    public async Task Its_place_in_the_order_counts_and_not_that_in_the_Corefile(string anchor)
    {
        await using ReloadKit before = await StartAsync(Greet, list => list.Add(new GreetPlugin(), before: anchor));
        Assert.Contains("good morning", await AskAsync(before), StringComparison.Ordinal);

        await using ReloadKit after = await StartAsync(Greet, static list => list.Add(new GreetPlugin(), after: "whoami"));
        Assert.DoesNotContain("good morning", await AskAsync(after), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("greet {\n ttl 3601\n}", "Corefile:3:6: invalid number '3601' for ttl: expected 0 to 3600")]
    [InlineData("greet {\n tll 5\n}", "Corefile:3:2: unknown option 'tll' of greet: expected ttl, file or only; did you mean 'ttl'?")]
    [InlineData("greet a b", "Corefile:2:9: unexpected 'b' after 'greet': expected 'greet [GREETING]'")]
    [InlineData("greet\ngreet", "Corefile:3:1: duplicate 'greet' in this server block (first at Corefile:2:1): expected once")]
    [InlineData("gret", "Corefile:2:1: unknown directive 'gret': expected the name of a plugin; did you mean 'greet'?")]
    public async Task Errors_have_a_place_and_a_hint(string directive, string expected)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, "Corefile");
            await File.WriteAllTextAsync(path, $"example.org {{\n{directive}\n}}\n");
            PluginList plugins = PluginCatalog.Create();
            BeforeWhoami(plugins);
            await using StringWriter error = new();
            using ServerProcess process = new(static () => new MemoryStream(), static () => Stream.Null, error, plugins);

            Assert.Equal(1, await process.RunAsync(["-conf", path]));
            Assert.Equal(expected, error.ToString().TrimEnd().Replace(path, "Corefile", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Its_file_is_found_below_root()
    {
        await using ReloadKit kit = await StartAsync(
            Greet.Replace("ttl 7", "file texts/greeting", StringComparison.Ordinal), BeforeWhoami, ("texts/greeting", "from a file\n"));

        Assert.Contains("from a file", await AskAsync(kit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_missing_file_keeps_the_running_configuration()
    {
        await using ReloadKit kit = await StartAsync(Greet);

        kit.Write(Greet.Replace("ttl 7", "file missing", StringComparison.Ordinal));
        await kit.LookAsync();

        Assert.Contains("good morning", await AskAsync(kit), StringComparison.Ordinal);
        Assert.Contains(kit.Log, line => line.Contains("Corefile:11:14: cannot read '", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Other_plugins_see_what_it_offers()
    {
        await using ReloadKit kit = await StartAsync(
            Greet.Replace("whoami", "whoami\n farewell", StringComparison.Ordinal),
            static list =>
            {
                list.Add(new GreetPlugin(), before: "whoami");
                list.Add(new FarewellPlugin());
            });

        string answer = await AskAsync(kit);
        Assert.Contains("good morning", answer, StringComparison.Ordinal);
        Assert.Contains("goodbye", answer, StringComparison.Ordinal);
        Assert.Contains("[INFO] www.example.org. good morning -", kit.Lines, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Its_service_runs_with_the_configuration()
    {
        ReloadKit kit = await StartAsync(Greet);
        Assert.Equal("OK", await kit.GetAsync(new HttpAddress("127.0.0.1", 0), "/ready"));
        Assert.Contains("Information plugin/greet: Greeting started", kit.Log, StringComparer.Ordinal);

        await kit.DisposeAsync();

        Assert.Contains("Information plugin/greet: Greeting stopped", kit.Log, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Its_metrics_and_its_page_are_served_over_HTTP()
    {
        await using ReloadKit kit = await StartAsync(Greet);
        await AskAsync(kit);

        Assert.Equal("good morning", await kit.GetAsync(new HttpAddress("127.0.0.1", 0), "/greet"));
        string metrics = await kit.GetAsync(new HttpAddress("127.0.0.1", 0), "/metrics");
        Assert.Contains("greet_answers_total{zone=\"example.org.\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("greet_received_total 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("greet_ends_total{outcome=\"Answered\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("name=\"greet\"} 1\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_seal_changes_the_octets_of_responses()
    {
        await using ReloadKit kit = await StartAsync(Greet);

        Assert.Equal(0x20, (await SendAsync(kit, RecordType.TXT))[3] & 0x20);
    }

    [Fact]
    public async Task Its_resource_outlives_a_reload()
    {
        await using ReloadKit kit = await StartAsync(Greet);
        Assert.Contains("1", await AskAsync(kit), StringComparison.Ordinal);

        kit.Write(Greet.Replace("morning", "evening", StringComparison.Ordinal));
        await kit.LookAsync();

        string answer = await AskAsync(kit);
        Assert.Contains("good evening", answer, StringComparison.Ordinal);
        Assert.Contains("2", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_view_takes_some_queries_of_a_zone()
    {
        await using ReloadKit kit = await StartAsync(
            Greet.Replace("ttl 7", "only TXT", StringComparison.Ordinal) + "\nexample.org:0 {\n bind 127.0.0.1\n whoami\n}\n");

        Assert.Contains("good morning", await AskAsync(kit), StringComparison.Ordinal);
        Assert.Contains("[INFO] www.example.org. good morning greeted", kit.Lines, StringComparer.Ordinal);
        Assert.Equal(0, (await SendAsync(kit, RecordType.A))[3] & 0x20);
    }

    [Fact]
    public async Task A_function_is_a_plugin()
    {
        await using ReloadKit kit = await StartAsync(
            "example.org:0 {\n bind 127.0.0.1\n hello\n whoami\n}\n",
            static list => list.Map(
                "hello",
                static query =>
                {
                    if (query.Type != RecordType.TXT)
                    {
                        return false;
                    }

                    query.Response.Answer("hello");
                    return query.Response.TryAdd(ResponseSection.Answer, RecordType.TXT, 5, [2, (byte)'h', (byte)'i'], 0, 3);
                },
                before: "whoami"));

        Assert.Contains("hi", await AskAsync(kit), StringComparison.Ordinal);
        Assert.Equal(2, (await SendAsync(kit, RecordType.A))[11]);
    }

    private static void BeforeWhoami(PluginList list) => list.Add(new GreetPlugin(), before: "whoami");

    private static Task<ReloadKit> StartAsync(string corefile, Action<PluginList>? configure = null, params (string File, string Text)[] files)
        => ReloadKit.StartWithAsync(configure ?? BeforeWhoami, corefile, files);

    private static async Task<string> AskAsync(ReloadKit kit) => Encoding.Latin1.GetString(await SendAsync(kit, RecordType.TXT));

    private static async Task<byte[]> SendAsync(ReloadKit kit, RecordType type)
    {
        using UdpTestClient client = new(kit.Endpoint);
        byte[] query = new byte[512];
        client.Send(query[..ServerKit.WriteQuery(query, "www.example.org.", type)]);
        return await client.ReceiveAsync();
    }
}
