using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Fuzz;
using ClusterDns.Plugins;
using ClusterDns.Server.Files;
using ClusterDns.Server.Hosting;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Tests.Hosting;

/// <summary>Whatever keeps the server from starting is one line on standard error and exit code 1.</summary>
public sealed class FailedStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _error.Dispose();
    }

    [Theory]
    [InlineData("forward . \"\"", "Corefile:3:")]
    [InlineData("forward . {$CLUSTERDNS_TEST_UNSET}", "Corefile:3:")]
    [InlineData("forward . a\0b", "Corefile:3:")]
    [InlineData("forward . FOLDER", "is a directory")]
    [InlineData("forward . tls://", "Corefile:3:")]
    [InlineData("kubernetes cluster.local {\n manifests \"\"\n }", "Corefile:4:")]
    [InlineData("kubernetes cluster.local {\n manifests \"a\0b\"\n }", "Corefile:4:")]
    [InlineData("kubernetes cluster.local {\n kubeconfig \"\"\n }", "Corefile:")]
    [InlineData("kubernetes cluster.local {\n kubeconfig FOLDER\n }", "Corefile:3:")]
    [InlineData("kubernetes cluster.local {\n kubeconfig FOLDER/token\n }", "the token contains a line break")]
    [InlineData("kubernetes cluster.local {\n kubeconfig FOLDER/deep\n }", "more than 100 deep")]
    [InlineData("kubernetes cluster.local {\n endpoint https://127.0.0.1:1\n tls FOLDER/deep FOLDER/deep FOLDER/deep\n }", "Corefile:3:")]
    [InlineData("kubernetes cluster.local {\n endpoint https://127.0.0.1:1\n tls \"a\0b\" c d\n }", "Corefile:3:")]
    [InlineData("kubernetes cluster.local {\n endpoint \"\"\n }", "Corefile:4:")]
    [InlineData("autopath \"\"", "Corefile:3:")]
    [InlineData("autopath FOLDER", "Corefile:3:")]
    [InlineData("health \"\"", "Corefile:3:")]
    [InlineData("import \"\"", "Corefile:3:")]
    [InlineData("import \"a\0b\"", "Corefile:3:")]
    [InlineData("import FOLDER", "Corefile:3:")]
    [InlineData("import FOLDER/pipe", "Corefile:3:")]
    public async Task Option_that_cannot_be_used_is_one_line_with_its_place(string option, string expected)
    {
        File.WriteAllText(At("token"), """
            apiVersion: v1
            kind: Config
            current-context: a
            contexts: [{name: a, context: {cluster: b, user: c}}]
            clusters: [{name: b, cluster: {server: "https://127.0.0.1:1"}}]
            users: [{name: c, user: {token: "one\ntwo"}}]
            """);
        File.WriteAllText(At("deep"), new string('[', 100_000));
        if (option.Contains("pipe", StringComparison.Ordinal))
        {
            Assert.Equal(0, Fifo.Make(At("pipe"), 0x180));
        }

        await AssertFailsAsync(option, expected);
    }

    [Fact]
    public async Task Port_in_use_is_one_line()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        Assert.Equal(1, await RunAsync($".:{port} {{\n bind 127.0.0.1\n whoami\n}}\n"));
        Assert.Contains("address already in use", OneLine(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FOLDER")]
    [InlineData("FOLDER/missing/file")]
    [InlineData("a\0b")]
    public async Task Pid_file_that_cannot_be_written_is_one_line(string path)
    {
        Assert.Equal(1, await RunAsync(".:0 {\n bind 127.0.0.1\n whoami\n}\n", "-pidfile", path.Replace("FOLDER", _folder.FullName, StringComparison.Ordinal)));
        Assert.StartsWith("cannot write the PID file '", OneLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pid_file_that_is_a_pipe_is_one_line()
    {
        Assert.Equal(0, Fifo.Make(At("pipe"), 0x180));

        // On a thread of its own: what waits for a reader of the pipe must fail the test and not hold it up.
        Assert.Equal(
            1, await Task.Run(() => RunAsync(".:0 {\n bind 127.0.0.1\n whoami\n}\n", "-pidfile", At("pipe"))).WaitAsync(TestListener.Patience));
        Assert.Contains("is a pipe: expected a regular file", OneLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Corefile_that_is_a_pipe_without_a_writer_is_one_line()
    {
        Assert.Equal(0, Fifo.Make(At("pipe"), 0x180));

        Assert.Equal(1, await new ServerProcess(static () => new MemoryStream(), static () => Stream.Null, _error).RunAsync(["-conf", At("pipe")]));
        Assert.Contains("is a pipe that no process writes to", OneLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closed_standard_error_keeps_the_exit_code()
    {
        using ServerProcess process = new(static () => new MemoryStream(), static () => Stream.Null, new ClosedWriter());

        Assert.Equal(1, await process.RunAsync(["-conf", At("missing")]));
    }

    [Fact]
    public async Task Closed_standard_output_is_one_line()
    {
        using ServerProcess process = new(static () => throw new IOException("Bad file descriptor"), static () => Stream.Null, _error);

        Assert.Equal(1, await process.RunAsync(["-version"]));
        Assert.Contains("Bad file descriptor", OneLine(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plugin_that_throws_while_it_is_set_up_is_an_error_with_its_place(bool throwsInParse)
    {
        MetricRegistry metrics = new();
        using UpstreamFactory upstreams = new(metrics, TimeProvider.System);
        ServerEnvironment environment = new(
            new Dictionary<string, IPlugin>(StringComparer.Ordinal) { ["whoami"] = new ThrowingPlugin(throwsInParse) },
            PluginCatalog.Order,
            new PluginEnvironment
            {
                Loggers = NullLoggerFactory.Instance,
                LogOutput = NoLog.Instance,
                Metrics = metrics,
                Time = TimeProvider.System,
                Files = new PhysicalFileAccess(),
                Upstreams = upstreams,
                NextSeed = static () => 42,
            });
        DiagnosticBag diagnostics = new();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", ". {\n whoami\n}\n"u8.ToArray(), new InMemoryCorefileSource(), static _ => null, diagnostics);

        Assert.Null(new ServerModelBuilder(environment, 53).Build(document, diagnostics));
        Assert.Equal("Corefile:2:2: 'whoami' cannot be set up: InvalidOperationException: one\\ntwo", Assert.Single(diagnostics.Errors).ToString());
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private async Task AssertFailsAsync(string option, string expected)
    {
        string text = option.Replace("FOLDER", _folder.FullName, StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync($".:0 {{\n bind 127.0.0.1\n {text}\n}}\n"));
        Assert.Contains(expected, OneLine(), StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be set up", OneLine(), StringComparison.Ordinal);
    }

    private async Task<int> RunAsync(string corefile, params string[] arguments)
    {
        File.WriteAllText(At("Corefile"), corefile);
        using ServerProcess process = new(static () => new MemoryStream(), static () => Stream.Null, _error);
        return await process.RunAsync(["-conf", At("Corefile"), .. arguments]).WaitAsync(TestListener.Patience);
    }

    private string OneLine()
    {
        string text = _error.ToString().TrimEnd('\n');
        Assert.True(text.Length > 0);
        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain('\0', text);
        return text;
    }

    private sealed class ClosedWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("Bad file descriptor");
    }

    private sealed class ThrowingPlugin(bool throwsInParse) : IPlugin
    {
        public string Name => "whoami";

        public DirectiveRepetition Repetition => DirectiveRepetition.First;

        public object? Parse(PluginParseContext context) => throwsInParse ? throw new InvalidOperationException("one\ntwo") : this;

        public void Build(object options, BlockBuilder builder) => throw new InvalidOperationException("one\ntwo");
    }
}
