using System.Net;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins;
using ClusterDns.Server.Files;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Serving;

/// <summary>What a whole configuration counts and logs of queries on which a plugin throws.</summary>
public sealed class FailedQueryTests : ILogOutput
{
    private static readonly NetworkEndpoint Client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5300));

    private readonly MetricRegistry _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _lines = [];

    [Theory]
    [InlineData("now.panic.test.")]
    [InlineData("later.panic.test.")]
    public async Task The_SERVFAIL_share_is_one_when_every_query_panics(string name)
    {
        IQueryPipeline pipeline = Build("""
            panic.test {
                prometheus
                errors
                erratic
            }
            """);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(ResponseCode.ServFail, await AskAsync(pipeline, name));
        }

        Assert.Equal(20, Sum("coredns_dns_requests_total"));
        Assert.Equal(20, Sum("coredns_dns_responses_total"));
        Assert.Equal(20, Sum("coredns_dns_responses_total", "rcode=\"SERVFAIL\""));
        Assert.Equal(20, Sum("coredns_dns_responses_total", "server=\"dns://:53\",zone=\"dropped\""));
        Assert.Equal(20, Sum("coredns_panics_total"));
        Assert.Empty(_lines);
    }

    [Fact]
    public async Task A_query_that_panics_has_a_line_in_the_log()
    {
        IQueryPipeline pipeline = Build("""
            panic.test {
                log . "{remote} {name} {rcode} {duration}"
                erratic
            }
            """);
        await AskAsync(pipeline, "now.panic.test.");

        Assert.Equal(["[INFO] 192.0.2.1 now.panic.test. SERVFAIL 0.002s"], _lines, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_block_without_prometheus_and_log_counts_and_logs_nothing()
    {
        IQueryPipeline pipeline = Build("""
            panic.test {
                erratic
            }
            other.test {
                prometheus
                log
                erratic
            }
            """);
        await AskAsync(pipeline, "now.panic.test.");

        Assert.Equal(0, Sum("coredns_dns_requests_total"));
        Assert.Equal(1, Sum("coredns_panics_total"));
        Assert.Empty(_lines);
    }

    [Fact]
    public async Task Errors_reports_before_log_as_links_did()
    {
        IQueryPipeline pipeline = Build("""
            test {
                errors
                log . {name}
            }
            """);
        Assert.Equal(ResponseCode.ServFail, await AskAsync(pipeline, "www.test."));

        Assert.Equal(["[INFO] www.test.", "[ERROR] plugin/errors: 2 www.test. A: no next plugin found"], _lines, StringComparer.Ordinal);
    }

    bool ILogOutput.TryWriteLine(ReadOnlySpan<byte> line)
    {
        _lines.Add(Encoding.UTF8.GetString(line));
        return true;
    }

    private static async Task<ResponseCode> AskAsync(IQueryPipeline pipeline, string name)
    {
        Query context = new Exchange().Query;
        int length = ServerKit.WriteQuery(context.Exchange.RequestBuffer, name, RecordType.A);
        Assert.True(await pipeline.HandleAsync(context.Exchange, length, TransportProtocol.Udp, in Client, in Client, null));
        return (ResponseCode)(context.Exchange.ResponseMessage[3] & 15);
    }

    private double Sum(string family, string labels = "")
    {
        System.Buffers.ArrayBufferWriter<byte> text = new();
        MetricText.Write(_metrics.Families, openMetrics: false, text);
        return Encoding.UTF8.GetString(text.WrittenSpan).Split('\n')
            .Where(line => line.StartsWith(family, StringComparison.Ordinal) && line.Contains(labels, StringComparison.Ordinal))
            .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    private IQueryPipeline Build(string corefile)
    {
        Dictionary<string, IPlugin> plugins = new(PluginCatalog.Plugins, StringComparer.Ordinal) { ["erratic"] = new PanicPlugin(_time) };
        ServerEnvironment environment = new(
            plugins,
            PluginCatalog.Order,
            new PluginEnvironment
            {
                Loggers = NullLoggerFactory.Instance,
                LogOutput = this,
                Metrics = _metrics,
                Time = _time,
                Files = new PhysicalFileAccess(),
                Upstreams = new UpstreamFactory(_metrics, TimeProvider.System),
                NextSeed = static () => 42,
            });
        DiagnosticBag diagnostics = new();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", Encoding.UTF8.GetBytes(corefile), new InMemoryCorefileSource(), static _ => null, diagnostics);
        ServerModel? model = new ServerModelBuilder(environment, dnsPort: 53).Build(document, diagnostics);
        Assert.True(model is not null, string.Join('\n', diagnostics.Errors));
        return Assert.Single(model.Listeners).Pipeline;
    }

    private sealed class PanicPlugin(FakeTimeProvider time) : IPlugin
    {
        public string Name => "erratic";

        public DirectiveRepetition Repetition => DirectiveRepetition.Once;

        public object Parse(PluginParseContext context) => this;

        public void Build(object options, BlockBuilder builder) => builder.Use(next => new PanicLink(next, time));
    }

    private sealed class PanicLink(PluginHandler next, FakeTimeProvider time) : PluginHandler(next)
    {
        public override string Name => "erratic";

        public override async ValueTask ServeAsync(Query context)
        {
            time.Advance(TimeSpan.FromMilliseconds(2));
            if (context.Name[1] == (byte)'l')
            {
                await Task.Yield();
            }

            throw new InvalidOperationException("broken");
        }
    }
}
