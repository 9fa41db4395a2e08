using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache;
using ClusterDns.Plugins.Nsid;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Nsid;

public sealed class NsidTests
{
    [Fact]
    public void Client_that_asks_gets_the_identifier() => Assert.Equal("Use the force", Ask(Create("nsid Use the force"), EdnsOptionCode.NameServerIdentifier));

    [Fact]
    public void Host_name_is_the_default() => Assert.Equal(Environment.MachineName, Ask(Create("nsid"), EdnsOptionCode.NameServerIdentifier));

    [Fact]
    public void Client_that_does_not_ask_gets_none()
    {
        Assert.Null(Ask(Create("nsid here"), EdnsOptionCode.Cookie));
        Query query = Create("nsid here").Serve("a.test.");
        Assert.Equal(0, query.Response.Options.Length);
    }

    [Fact]
    public void Failure_has_the_identifier_too()
        => Assert.Equal("here", Ask(Create("nsid here", static query => query.Response.Fail("next", ResponseCode.ServFail, null)), EdnsOptionCode.NameServerIdentifier));

    [Fact]
    public void Identifier_of_an_upstream_is_replaced()
        => Assert.Equal("here", Ask(Create("nsid here", static query =>
        {
            query.Response.Answer("next");
            query.Response.Options.TryAdd(EdnsOptionCode.NameServerIdentifier, "there"u8);
        }), EdnsOptionCode.NameServerIdentifier));

    [Fact]
    public void Answers_of_the_cache_have_the_identifier()
    {
        int asked = 0;
        PluginKit kit = new([new NsidPlugin(), new CachePlugin()], "nsid here\ncache", query =>
        {
            asked++;
            query.Response.Answer("next");
            query.Response.TryAdd(ResponseSection.Answer, RecordType.A, 60, [192, 0, 2, 1], 0, 4);
        });

        Assert.Null(Ask(kit, EdnsOptionCode.Padding));
        Assert.Equal("here", Ask(kit, EdnsOptionCode.NameServerIdentifier));
        Assert.Equal(1, asked);
    }

    [Fact]
    public void Identifier_is_at_most_255_bytes_long()
    {
        Assert.Equal("", Create($"nsid {new string('x', 255)}").Errors);
        Assert.Equal("Corefile:2:1: the identifier of nsid is too long: expected at most 255 bytes", Create($"nsid {new string('x', 256)}").Errors);
    }

    [Fact]
    public void Options_in_braces_are_an_error()
        => Assert.Equal("Corefile:2:1: 'nsid' does not take a block", Create("nsid here {\n there\n}").Errors);

    [Fact]
    public void Identifying_allocates_nothing()
    {
        PluginKit kit = Create("nsid here");
        Query query = CreateQuery(EdnsOptionCode.NameServerIdentifier);
        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    private static PluginKit Create(string text, Action<Query>? next = null)
        => new(new NsidPlugin(), text, next ?? (static query => query.Response.Answer("next")));

    private static Query CreateQuery(EdnsOptionCode option)
    {
        Exchange exchange = new();
        byte[] request =
        [
            0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, (byte)'a', 4, .. "test"u8, 0, 0, 1, 0, 1,
            0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 4, 0, (byte)option, 0, 0,
        ];
        request.CopyTo(exchange.RequestBuffer, 0);
        NetworkEndpoint client = NetworkEndpoint.From(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 53));
        Assert.Equal(QueryVerdict.Serve, exchange.Accept(request.Length, TransportProtocol.Udp, in client, in client, 0));
        return exchange.Query;
    }

    private static string? Ask(PluginKit kit, EdnsOptionCode option)
    {
        Query query = CreateQuery(option);
        kit.Serve(query);
        return query.Response.Options.TryFind(EdnsOptionCode.NameServerIdentifier, out ReadOnlySpan<byte> data) ? Encoding.UTF8.GetString(data) : null;
    }
}
