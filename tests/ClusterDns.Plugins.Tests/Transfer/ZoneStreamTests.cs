using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Transfer;

namespace ClusterDns.Plugins.Tests.Transfer;

public sealed class ZoneStreamTests
{
    private static readonly byte[] Owner = DomainName.Parse("a.example.");

    [Fact]
    public void Record_longer_than_a_usual_message_is_a_message_of_its_own()
    {
        int ended = 0;
        ZoneStream stream = new(Record(20), [Record(10), Record(20_000), Record(20_000), Record(10)], count => ended = count);
        List<int[]> messages = [];

        Response response = new();
        while (stream.TryFill(response))
        {
            messages.Add([.. response.Answers.Span.ToArray().Select(static record => (int)record.RdataLength)]);
            response.ClearRecords();
            Assert.True(messages.Count <= 4);
        }

        Assert.Equal([[20, 10], [20_000], [20_000], [10, 20]], messages);
        Assert.Equal(6, ended);
    }

    private static ResponseRecord Record(int length) => new()
    {
        OwnerSource = Owner,
        RdataSource = new byte[length],
        RdataLength = (ushort)length,
        Type = RecordType.TXT,
        Class = RecordClass.IN,
        TimeToLive = 5,
    };
}
