using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Plugins;
using ClusterDns.Server.Files;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Tests.Serving;

/// <summary>Server blocks of one zone that divide its queries, through a plugin of the test's: <c>view NAME TYPE</c>.</summary>
public sealed class ViewTests
{
    private const string TwoViews = """
        example.org {
            prometheus
            view addresses A
            cache
            template ANY ANY {
                answer "{{ .Name }} 60 A 192.0.2.1"
            }
        }
        example.org {
            prometheus
            template ANY ANY {
                rcode NXDOMAIN
            }
        }
        """;

    private readonly MetricRegistry _metrics = new();
    private readonly DiagnosticBag _diagnostics = new();
    private readonly RecordingLogger _log = new();

    [Fact]
    public void Blocks_of_one_zone_share_its_queries()
    {
        ServerModel model = Build(TwoViews);

        Assert.Equal("NOERROR", Ask(model, RecordType.A));
        Assert.Equal("NXDOMAIN", Ask(model, RecordType.AAAA));
        Assert.Equal("example.org.", Assert.Single(Assert.Single(model.Listeners).Zones).Text);
        Assert.Empty(_diagnostics.Warnings);
    }

    [Fact]
    public void Metrics_have_the_views_name()
    {
        ServerModel model = Build(TwoViews);
        model.Resources.Start();
        Ask(model, RecordType.A);
        Ask(model, RecordType.A);
        Ask(model, RecordType.AAAA);

        string[] page = Page().Split('\n');
        Assert.Contains("coredns_dns_requests_total{server=\"dns://:53\",zone=\"example.org.\",view=\"addresses\",proto=\"udp\",family=\"1\",type=\"A\"} 2", page, StringComparer.Ordinal);
        Assert.Contains("coredns_dns_requests_total{server=\"dns://:53\",zone=\"example.org.\",view=\"\",proto=\"udp\",family=\"1\",type=\"AAAA\"} 1", page, StringComparer.Ordinal);
        Assert.Contains("coredns_cache_hits_total{server=\"dns://:53\",type=\"success\",zones=\"example.org.\",view=\"addresses\"} 1", page, StringComparer.Ordinal);
        Assert.Contains("coredns_plugin_enabled{server=\"dns://:53\",zone=\"example.org.\",view=\"addresses\",name=\"view\"} 1", page, StringComparer.Ordinal);
    }

    [Fact]
    public void Each_view_has_a_cache_of_its_own()
    {
        ServerModel model = Build("""
            example.org {
                view one A
                cache
                template ANY ANY {
                    answer "{{ .Name }} 60 A 192.0.2.1"
                }
            }
            example.org {
                cache
                template ANY ANY {
                    answer "{{ .Name }} 60 A 192.0.2.2"
                }
            }
            """);
        _takes = static _ => true;
        Assert.Equal(1, AskAddress(model));
        _takes = static _ => false;
        Assert.Equal(2, AskAddress(model));
        Assert.Equal(2, AskAddress(model));
        _takes = static _ => true;
        Assert.Equal(1, AskAddress(model));
    }

    [Fact]
    public void The_views_name_is_metadata()
    {
        ServerModel model = Build("example.org {\n view one A\n metadata\n template ANY ANY {\n answer \"{{ .Name }} 60 TXT {{ .Meta `view/name` }}\"\n }\n}\n");

        Query query = Serve(model, RecordType.A);

        Assert.Equal("one", query.GetMetadata("view/name"));
        Assert.Equal(1, query.Response.Answers.Count);
    }

    [Theory]
    [InlineData("{\n whoami\n}", "{\n view a A\n whoami\n}", "{\n whoami\n}", "Corefile:8:1: duplicate zone 'example.org.' on dns://:53 (first at Corefile:1:1): expected once")]
    [InlineData("{\n view a A\n whoami\n}", "{\n whoami\n}", "{\n whoami\n}", "Corefile:8:1: duplicate zone 'example.org.' on dns://:53 (first at Corefile:5:1): expected once")]
    public void Two_blocks_without_a_view_are_an_error_in_any_order(string first, string second, string third, string error)
    {
        Assert.Null(TryBuild($"example.org {first}\nexample.org {second}\nexample.org {third}\n"));

        Assert.Equal(error, Assert.Single(_diagnostics.Errors).ToString());
    }

    [Fact]
    public void A_view_behind_the_block_that_takes_all_is_reported()
    {
        ServerModel model = Build("example.org {\n whoami\n}\nexample.org {\n view a A\n}\n");

        Assert.Equal("NOERROR", Ask(model, RecordType.A));
        Assert.Equal(
            "Corefile:4:1: this block gets no query of zone 'example.org.' at dns://:53: Corefile:1:1 comes first and has no view. Move it behind the blocks with views",
            Assert.Single(_diagnostics.Warnings).ToString());
    }

    [Fact]
    public void What_no_view_takes_goes_to_the_shorter_zone_or_is_refused()
    {
        const string Views = "a.example.org {\n view a A\n whoami\n}\nexample.org {\n view b TXT\n whoami\n}\n";

        Assert.Equal("NOERROR", Ask(Build(Views), RecordType.TXT));
        Assert.Equal("REFUSED", Ask(Build(Views), RecordType.MX));
        Assert.Equal("NXDOMAIN", Ask(Build(Views + ". {\n template ANY ANY {\n rcode NXDOMAIN\n }\n}\n"), RecordType.MX));
    }

    [Fact]
    public void A_view_without_other_plugins_has_nobody_to_answer()
        => Assert.Equal("SERVFAIL", Ask(Build("example.org {\n view a A\n}\n"), RecordType.A));

    [Fact]
    public void A_condition_that_throws_is_false_logged_once_and_counted_each_time()
    {
        _takes = static _ => throw new InvalidOperationException("bug");
        ServerModel model = Build(TwoViews);

        Assert.Equal("NXDOMAIN", Ask(model, RecordType.A));
        Assert.Equal("NXDOMAIN", Ask(model, RecordType.A));

        Assert.Equal(2, _metrics.Counter("coredns_panics_total", "A metrics that counts the number of panics.").Value);
        Assert.Equal(
            "Recovered from panic in server: \"dns://:53\": the condition of view 'addresses' of zone example.org. failed, and counts as false (logged once): InvalidOperationException: bug",
            Assert.Single(_log.Records).Message);
    }

    private Func<Query, bool>? _takes;

    private ServerModel Build(string corefile)
    {
        ServerModel? model = TryBuild(corefile);
        Assert.True(model is not null, string.Join('\n', _diagnostics.Errors));
        return model;
    }

    private ServerModel? TryBuild(string corefile)
    {
        PluginList plugins = PluginCatalog.Create();
        plugins.Replace(new TypeView(query => _takes?.Invoke(query)));
        ServerEnvironment environment = new(
            plugins,
            new PluginEnvironment
            {
                Loggers = new OneLogger(_log),
                LogOutput = NoLog.Instance,
                Metrics = _metrics,
                Time = TimeProvider.System,
                Files = new PhysicalFileAccess(),
                Upstreams = new UpstreamFactory(_metrics, TimeProvider.System),
                NextSeed = static () => 42,
            });
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", Encoding.UTF8.GetBytes(corefile), new InMemoryCorefileSource(), static _ => null, _diagnostics);
        return new ServerModelBuilder(environment, dnsPort: 53).Build(document, _diagnostics);
    }

    private static string Ask(ServerModel model, RecordType type) => ResponseCodes.ToText(Serve(model, type).Response.Code);

    private static int AskAddress(ServerModel model) => Serve(model, RecordType.A).Response.Answers.Span[0].Rdata[^1];

    private static Query Serve(ServerModel model, RecordType type)
    {
        Query query = new Exchange().Query;
        int length = ServerKit.WriteQuery(query.Exchange.RequestBuffer, "www.a.example.org.", type);
        NetworkEndpoint client = NetworkEndpoint.From(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 5300));
        ValueTask<bool> task = model.Listeners[0].Pipeline.HandleAsync(query.Exchange, length, TransportProtocol.Udp, in client, in client, waitGate: null);
        Assert.True(task.IsCompletedSuccessfully && task.GetAwaiter().GetResult());
        return query;
    }

    private string Page()
    {
        System.Buffers.ArrayBufferWriter<byte> page = new();
        MetricText.Write(_metrics.Families, openMetrics: false, page);
        return Encoding.UTF8.GetString(page.WrittenSpan);
    }

    private sealed class OneLogger(ILogger logger) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class TypeView(Func<Query, bool?> takes) : IPlugin
    {
        public string Name => "view";

        public DirectiveRepetition Repetition => DirectiveRepetition.Once;

        public object Parse(PluginParseContext context) => context.Directives[0].Arguments;

        public void Build(object options, BlockBuilder builder)
        {
            IReadOnlyList<Token> arguments = (IReadOnlyList<Token>)options;
            RecordType type = Enum.Parse<RecordType>(arguments[1].Text);
            builder.Route(query => takes(query) ?? query.Type == type, arguments[0].Text);
        }
    }
}
