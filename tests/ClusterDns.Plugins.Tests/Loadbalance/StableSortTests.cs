using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Loadbalance;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Loadbalance;

public sealed class StableSortTests
{
    [Fact]
    public void RecordsOfEqualRankKeepTheirOrderWhateverTheirNumber()
        => Gen.Int[0, 5].Array[0, 300].Sample(static ranks =>
        {
            // The rank stands in the time to live, the place in the offset.
            ResponseRecord[] records = [.. ranks.Select(static (rank, place) => new ResponseRecord { TimeToLive = (uint)rank, RdataOffset = place })];
            ResponseRecord[] expected = [.. records.OrderBy(static record => record.TimeToLive)];

            StableSort.Sort(records.AsSpan(), default(TimeToLiveRank));

            Assert.Equal(expected.Select(static record => record.RdataOffset), records.Select(static record => record.RdataOffset));
        });

    private readonly struct TimeToLiveRank : IRecordRank
    {
        public int Of(ref readonly ResponseRecord record) => (int)record.TimeToLive;
    }
}
