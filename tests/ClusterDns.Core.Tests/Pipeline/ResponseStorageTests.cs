using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Pipeline;

public sealed class ResponseStorageTests
{
    [Fact]
    public void A_list_takes_what_a_message_can_carry_and_no_more()
    {
        RecordList list = new();
        for (int i = 0; i < RecordList.MaxCount; i++)
        {
            Assert.True(list.TryAdd(new ResponseRecord { TimeToLive = (uint)i }));
        }

        Assert.False(list.TryAdd(default));
        Assert.Equal(RecordList.MaxCount, list.Count);
        for (int i = 0; i < list.Count; i++)
        {
            Assert.Equal((uint)i, list.Span[i].TimeToLive);
        }

        list.Clear();
        Assert.Equal(0, list.Count);
        Assert.True(list.TryAdd(new ResponseRecord { TimeToLive = 7 }));
        Assert.Equal(7u, list.Span[0].TimeToLive);
    }

    [Fact]
    public void A_truncated_list_lets_go_of_what_it_held()
    {
        RecordList list = new();
        list.TryAdd(new ResponseRecord { RdataSource = [1] });
        list.TryAdd(new ResponseRecord { RdataSource = [2] });

        list.Truncate(1);

        Assert.Equal(1, list.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Truncate(2));
    }

    [Fact]
    public void What_an_arena_hands_out_never_overlaps_and_is_bounded()
    {
        ResponseArena arena = new();
        HashSet<(byte[], int)> taken = [];
        int count = 0;
        while (arena.TryAllocate(1000, out byte[] array, out int offset))
        {
            Assert.True(offset + 1000 <= array.Length);
            Assert.True(taken.Add((array, offset)));
            count++;
            Assert.InRange(count, 1, 2000);
        }

        Assert.InRange(count, 1000, 2000);
        arena.Clear();
        Assert.True(arena.TryAllocate(1000, out _, out int first));
        Assert.Equal(0, first);
    }

    [Fact]
    public void A_failure_takes_its_records_away()
    {
        Response response = new();
        response.Answer("test");
        response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 5, [1, 2, 3, 4]);

        response.Fail("other", ResponseCode.ServFail, "upstream is gone");

        Assert.Equal(ResponseStatus.Failed, response.Status);
        Assert.Equal(0, response.Answers.Count);
        Assert.Equal("other", response.Plugin);
        Assert.Equal("upstream is gone", response.Failure);
        Assert.False(response.Authoritative);
    }
}
