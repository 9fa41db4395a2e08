using System.Globalization;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Loadbalance;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Loadbalance;

public sealed class WeightedTests
{
    private const string Weights = """
        # How much each takes.
        WWW.example
          192.0.2.1   3
        192.0.2.1 200
        192.0.2.3 2

        other.example.
        192.0.2.2 255
        2001:db8::2 255
        www.example
        192.0.2.4 1
        """;

    private readonly FakeFiles _files = new() { ["weights"] = Weights };

    [Fact]
    public void EachAddressStandsFirstAsOftenAsItsWeightSays()
    {
        PluginKit kit = Create("loadbalance weighted weights", Addresses(3));

        int[] first = CountFirst(kit, "www.example.", 6000);

        Assert.InRange(first[1], 2800, 3200);
        Assert.InRange(first[2], 850, 1150);
        Assert.InRange(first[3], 1850, 2150);
    }

    [Fact]
    public void ANameWithoutWeightsHasEqualOnes()
    {
        PluginKit kit = Create("loadbalance weighted weights", Addresses(3));

        Assert.All(CountFirst(kit, "third.example.", 3000)[1..4], static count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void TheOthersStayWhereTheyWereButForTheOneThatWasFirst()
    {
        PluginKit kit = Create("loadbalance weighted weights", Addresses(4));
        HashSet<string> answers = new(StringComparer.Ordinal);
        for (int i = 0; i < 200; i++)
        {
            answers.Add(string.Concat(kit.Ask("www.example.").Split('\n').Skip(1).Select(static line => line[^1])));
        }

        Assert.Equal(["1234", "2134", "3214", "4231"], answers.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void TheOwnerOfARecordCountsNotTheNameThatWasAsked()
    {
        byte[] owner = DomainName.Parse("other.example.");
        PluginKit kit = Create("loadbalance weighted weights", response =>
        {
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.CNAME, 60, owner);
            for (byte i = 1; i <= 3; i++)
            {
                response.TryAddCopy(ResponseSection.Answer, owner, RecordType.A, 60, [192, 0, 2, i]);
            }
        });

        int[] first = new int[4];
        for (int i = 0; i < 500; i++)
        {
            string[] answer = kit.Ask("www.example.").Split('\n');
            Assert.Contains("CNAME", answer[1], StringComparison.Ordinal);
            first[answer[2][^1] - '0']++;
        }

        Assert.True(first[2] > 480);
    }

    [Fact]
    public void OwnersInMessagesOfUpstreamsAreFound()
    {
        byte[] message = new byte[512];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader { Flags = HeaderFlags.Response, QuestionCount = 1, AnswerCount = 2 });
        writer.TryWriteQuestion(DomainName.Parse("Other.Example."), RecordType.AAAA, RecordClass.IN);
        writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.AAAA, RecordClass.IN, 60, [0x20, 1, 0xd, 0xb8, .. new byte[11], 1]);
        writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.AAAA, RecordClass.IN, 60, [0x20, 1, 0xd, 0xb8, .. new byte[11], 2]);
        int length = writer.Length;
        PluginKit kit = Create("loadbalance weighted weights", response => Assert.True(response.TryLoadMessage(message, length, default)));

        int second = Enumerable.Range(0, 500).Count(_ => kit.Ask("other.example.", RecordType.AAAA).Split('\n')[1].EndsWith('2'));

        Assert.True(second > 480);
    }

    [Theory]
    [InlineData(RecordType.A, true)]
    [InlineData(RecordType.AAAA, true)]
    [InlineData(RecordType.SRV, true)]
    [InlineData(RecordType.MX, false)]
    [InlineData(RecordType.ANY, false)]
    public void AddressesOfBothSectionsMoveForQueriesOfAddressesAndServices(RecordType type, bool isMoved)
    {
        PluginKit kit = Create("loadbalance weighted weights", static response =>
        {
            for (byte i = 1; i <= 3; i++)
            {
                response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, i]);
                response.TryAddCopy(ResponseSection.Additional, default, RecordType.A, 60, [192, 0, 2, (byte)(i + 3)]);
            }
        });

        string[] answers = [.. Enumerable.Range(0, 50).Select(_ => kit.Ask("third.example.", type))];

        Assert.Equal(isMoved ? 3 : 1, answers.Select(static answer => answer.Split('\n')[1]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(isMoved ? 3 : 1, answers.Select(static answer => answer.Split('\n')[4]).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1000)]
    public void ChoosingAllocatesNothing(int count)
    {
        PluginKit kit = Create("loadbalance weighted weights", Addresses(count));
        Query query = kit.Serve("www.example.", transport: TransportProtocol.Tcp);
        for (int i = 0; i < 10; i++)
        {
            kit.ServeAgain(query);
        }

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    private static int[] CountFirst(PluginKit kit, string name, int queries)
    {
        int[] first = new int[10];
        for (int i = 0; i < queries; i++)
        {
            first[int.Parse(kit.Ask(name).Split('\n')[1].Split('.')[^1], CultureInfo.InvariantCulture)]++;
        }

        return first;
    }

    private static Action<Response> Addresses(int count) => response =>
    {
        for (int i = 1; i <= count; i++)
        {
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, (byte)(2 + (i >> 8)), (byte)i]);
        }
    };

    private PluginKit Create(string text, Action<Response> answer)
    {
        PluginKit kit = new(
            new LoadbalancePlugin(),
            text,
            query =>
            {
                query.Response.Answer("test");
                answer(query.Response);
            },
            _files);
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
