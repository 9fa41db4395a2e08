using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Cache;

/// <summary>The cache over a link that counts how often it is asked.</summary>
internal sealed class CacheKit
{
    public const string Soa = "ns.example. root.example. 1 7200 1800 86400 86400";

    private readonly Query _context = new Exchange().Query;

    public CacheKit(string options, Action<Query> answer)
    {
        Plugin = new PluginKit(
            new CachePlugin(),
            options,
            query =>
            {
                Asked++;
                answer(query);
            });
        Assert.Equal("", Plugin.Errors);
    }

    public PluginKit Plugin { get; }

    public int Asked { get; private set; }

    public string Ask(string name = "www.example.", RecordType type = RecordType.A) => Plugin.Ask(name, type);

    public void Wait(int seconds) => Plugin.Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Asks with header flags, and with EDNS where DO is to be set.</summary>
    public Query Serve(string name, HeaderFlags flags, bool dnssecOk = false)
    {
        _context.Exchange.Reset();
        WireWriter writer = new(_context.Exchange.RequestBuffer);
        writer.TryWriteHeader(new DnsHeader { Id = 7, Flags = flags, QuestionCount = 1, AdditionalCount = (ushort)(dnssecOk ? 1 : 0) });
        writer.TryWriteQuestion(DomainName.Parse(name), RecordType.A, RecordClass.IN);
        if (dnssecOk)
        {
            writer.TryWriteBytes([0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0]);
        }

        NetworkEndpoint anyone = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 53));
        Assert.Equal(
            QueryVerdict.Serve,
            _context.Exchange.Accept(writer.Length, TransportProtocol.Udp, anyone, anyone, Plugin.Time.GetTimestamp()));
        ValueTask served = Plugin.Handler.ServeAsync(_context);
        Assert.True(served.IsCompletedSuccessfully);
        return _context;
    }

    public static void Add(Query query, ResponseSection section, string owner, RecordType type, uint ttl, byte[] rdata)
        => Assert.True(query.Response.TryAddCopy(section, DomainName.Parse(owner), type, ttl, rdata));

    public static Action<Query> Addresses(params uint[] ttls) => query =>
    {
        query.Response.Answer("next", authoritative: false);
        byte last = 1;
        foreach (uint ttl in ttls)
        {
            query.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, ttl, [192, 0, 2, last++]);
        }
    };

    public static Action<Query> Denial(ResponseCode code, uint ttl) => query =>
    {
        query.Response.Answer("next", code);
        AddSoa(query, ttl);
    };

    public static void AddSoa(Query query, uint ttl)
    {
        byte[] rdata = new byte[SoaRdata.MaxLength];
        SoaRdata soa = new()
        {
            PrimaryServer = DomainName.Parse("ns.example."),
            Mailbox = DomainName.Parse("root.example."),
            Serial = 1,
            Refresh = 7200,
            Retry = 1800,
            Expire = 86400,
            Minimum = 86400,
        };
        Assert.True(soa.TryWrite(rdata, out int length));
        Add(query, ResponseSection.Authority, "example.", RecordType.SOA, ttl, rdata[..length]);
    }

    /// <summary>The sum of a metric's children, those with a type only.</summary>
    public double Metric(string name, string? type = null)
        => Plugin.Metrics.Families
            .Where(family => string.Equals(family.Name, name, StringComparison.Ordinal))
            .SelectMany(static family => family.Metrics)
            .Where(metric => type is null || metric.LabelValues.Contains(type, StringComparer.Ordinal))
            .Sum(static metric => metric is Gauge gauge ? gauge.Value : ((Counter)metric).Value);
}
