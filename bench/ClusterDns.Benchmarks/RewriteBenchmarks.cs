using System.Globalization;
using System.Net;
using BenchmarkDotNet.Attributes;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite;
using ClusterDns.Plugins.Rewrite.Names;
using ClusterDns.Plugins.Rewrite.Rules;

namespace ClusterDns.Benchmarks;

/// <summary>
/// What rules of *rewrite* cost a query that they do not apply to. The bound for one suffix is 60 ns; that is <see cref="OneSuffix"/> minus
/// <see cref="NoRules"/>.
/// </summary>
[MemoryDiagnoser]
public class RewriteBenchmarks
{
    private readonly Query _query = new Exchange().Query;
    private readonly PluginHandler _next = new Nothing();
    private readonly RewriteHandler _oneSuffix;
    private readonly RewriteHandler _tenThousand;
    private readonly RewriteHandler _regex;

    /// <summary>Makes the links.</summary>
    public RewriteBenchmarks()
    {
        _oneSuffix = Create([Suffix(".apps.example.org.")]);
        _tenThousand = Create([.. Enumerable.Range(0, 10_000).Select(static i => Suffix(string.Create(CultureInfo.InvariantCulture, $".apps-{i}.example.org.")))]);
        _regex = Create([new NameRule(continues: false, RegexPattern.TryCreate(@"^(.*)\.apps\.example\.org\.$", "{1}.test.", out _)!, restoresName: true, [])]);
        WireWriter writer = new(_query.Exchange.RequestBuffer);
        writer.TryWriteHeader(new DnsHeader { Id = 1, QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse("web.shop.svc.cluster.local."), RecordType.A, RecordClass.IN);
        NetworkEndpoint anyone = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 53));
        _query.Exchange.Accept(writer.Length, TransportProtocol.Udp, anyone, anyone, 0);
    }

    /// <summary>The link below alone.</summary>
    [Benchmark(Baseline = true)]
    public ValueTask NoRules() => _next.ServeAsync(_query);

    /// <summary>One suffix that the name does not have.</summary>
    [Benchmark]
    public ValueTask OneSuffix() => _oneSuffix.ServeAsync(_query);

    /// <summary>Ten thousand of them.</summary>
    [Benchmark]
    public ValueTask TenThousandSuffixes() => _tenThousand.ServeAsync(_query);

    /// <summary>One regular expression that does not match.</summary>
    [Benchmark]
    public ValueTask OneExpression() => _regex.ServeAsync(_query);

    private RewriteHandler Create(IReadOnlyList<RewriteRule> rules) => new(_next, new RewriteOptions(rules));

    private static NameRule Suffix(string from)
        => new(continues: false, new SuffixPattern(RuleText.ToBytes(from), RuleText.ToBytes(".svc.cluster.local.")), restoresName: false, []);

    private sealed class Nothing() : PluginHandler(EndOfChain.Instance)
    {
        public override string Name => "nothing";

        public override ValueTask ServeAsync(Query query) => ValueTask.CompletedTask;
    }
}
