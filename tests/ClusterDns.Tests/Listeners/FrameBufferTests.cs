using ClusterDns.Listeners.Tcp;
using CsCheck;

namespace ClusterDns.Tests.Listeners;

public class FrameBufferTests
{
    [Fact]
    public void Messages_come_out_as_they_went_in_however_they_are_cut()
    {
        Gen<byte[][]> messages = Gen.Byte.Array[0, 5000].Array[1, 6];
        Gen<int> cut = Gen.Int[1, 3000];
        Gen.Select(messages, cut).Sample(static (messages, cut) =>
        {
            byte[] stream = TestQuery.Frame(messages);
            FrameBuffer buffer = new();
            List<byte[]> taken = [];
            for (int position = 0; position < stream.Length;)
            {
                Memory<byte> room = buffer.GetRoom();
                Assert.NotEqual(0, room.Length);
                int count = Math.Min(Math.Min(cut, room.Length), stream.Length - position);
                stream.AsSpan(position, count).CopyTo(room.Span);
                buffer.Advance(count);
                position += count;
                while (buffer.TryTake(out ReadOnlySpan<byte> message))
                {
                    taken.Add(message.ToArray());
                }
            }

            Assert.False(buffer.HasPart);
            buffer.Release();
            Assert.Equal(messages, taken);
        }, iter: 300);
    }
}
