using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;
using CsCheck;
using DnsClient;
using DnsClient.Protocol;

namespace ClusterDns.Core.Tests.Wire;

/// <summary>DnsClient as a second opinion: it is sent generated messages over loopback.</summary>
public sealed class DnsClientTests : IDisposable
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly LookupClient _client;

    public DnsClientTests()
    {
        _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _server.ReceiveTimeout = 20000;
        _client = new LookupClient(new LookupClientOptions((IPEndPoint)_server.LocalEndPoint!)
        {
            UseCache = false,
            UseTcpFallback = false,
            Retries = 0,
            Timeout = TimeSpan.FromSeconds(20),
            ThrowDnsErrors = false,
        });
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public void It_reads_what_we_wrote() =>
        RecordGen.PlainMessage.Sample(
            message =>
            {
                IDnsQueryResponse read = Ask(RecordGen.Write(message));

                Assert.False(read.HasError, read.ErrorMessage);
                Assert.Equal(message.Header.Flags.HasFlag(HeaderFlags.AuthoritativeAnswer), read.Header.HasAuthorityAnswer);
                Assert.Equal(message.Header.Flags.HasFlag(HeaderFlags.RecursionAvailable), read.Header.RecursionAvailable);
                Assert.Equal(DomainName.ToText(message.Name), Assert.Single(read.Questions).QueryName.Value);
                AssertSame(message.Answers, read.Answers);
                AssertSame(message.Authorities, read.Authorities);
                AssertSame(message.Additionals, read.Additionals);
            },
            iter: 100,
            threads: 1);

    [Fact]
    public void We_read_what_it_asks()
    {
        byte[] message = new byte[2048];
        Task<IDnsQueryResponse> query = _client.QueryAsync("Www.Example.ORG", QueryType.AAAA);
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        int length = _server.ReceiveFrom(message, ref from);

        QueryView view = default;
        Assert.Equal(QueryStatus.Ok, MessageParser.TryParseQuery(message.AsSpan(0, length), ref view));
        Assert.Equal("Www.Example.ORG.", DomainName.ToText(view.Name(message)));
        Assert.Equal((RecordType.AAAA, RecordClass.IN), (view.Type, view.Class));
        Assert.True(view.Edns.Present);
        Assert.False(query.IsCompleted);
    }

    private IDnsQueryResponse Ask(byte[] response)
    {
        byte[] query = new byte[2048];
        Task<IDnsQueryResponse> answer = _client.QueryAsync("any.example", QueryType.A);
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        _server.ReceiveFrom(query, ref from);
        query.AsSpan(0, 2).CopyTo(response);
        _server.SendTo(response, from);
        return answer.GetAwaiter().GetResult();
    }

    private static void AssertSame(List<GeneratedRecord> expected, IReadOnlyList<DnsResourceRecord> actual) =>
        Assert.Equal(expected.Select(ArsoftJudge.Describe), actual.Select(Describe), StringComparer.Ordinal);

    private static string Describe(DnsResourceRecord record)
    {
        string rdata = record switch
        {
            AddressRecord address => address.Address.ToString(),
            NsRecord ns => ns.NSDName.Value,
            CNameRecord cname => cname.CanonicalName.Value,
            PtrRecord ptr => ptr.PtrDomainName.Value,
            SoaRecord soa => Join(soa.MName.Value, soa.RName.Value, soa.Serial, soa.Refresh, soa.Retry, soa.Expire, soa.Minimum),
            MxRecord mx => Join(mx.Preference, mx.Exchange.Value),
            SrvRecord srv => Join(srv.Priority, srv.Weight, srv.Port, srv.Target.Value),
            TxtRecord txt => string.Join(' ', txt.Text.Select(part => $"\"{part}\"")),
            HInfoRecord hinfo => $"\"{hinfo.Cpu}\" \"{hinfo.OS}\"",
            UnknownRecord unknown => $@"\# {unknown.Data.Count} {Convert.ToHexString([.. unknown.Data])}".TrimEnd(),
            _ => throw new InvalidOperationException($"{record.GetType().Name} is not generated."),
        };
        return Join(record.DomainName.Value, (ushort)record.RecordType, (ushort)record.RecordClass, (uint)record.InitialTimeToLive, rdata);
    }

    private static string Join(params object[] parts) =>
        string.Join(' ', parts.Select(part => Convert.ToString(part, CultureInfo.InvariantCulture)));
}
