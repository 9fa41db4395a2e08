using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Wire;

public class WireReaderTests
{
    [Fact]
    public void Numbers_and_octets_are_read_until_they_run_out()
    {
        var reader = new WireReader([1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.True(reader.TryReadByte(out byte one));
        Assert.True(reader.TryReadUInt16(out ushort two));
        Assert.False(reader.TryReadBytes(6, out _));
        Assert.False(reader.TryReadBytes(-1, out _));
        Assert.True(reader.TryReadUInt32(out uint four));
        Assert.False(reader.TryReadUInt16(out _));
        Assert.False(reader.TryReadUInt32(out _));
        Assert.True(reader.TryReadBytes(1, out ReadOnlySpan<byte> last));
        Assert.False(reader.TryReadByte(out _));

        Assert.Equal((1, 0x0203, 0x04050607U, 8), (one, two, four, last[0]));
        Assert.Equal(0, reader.Remaining);
    }

    [Fact]
    public void A_pointer_leads_back_to_earlier_labels()
    {
        byte[] message = [3, (byte)'o', (byte)'r', (byte)'g', 0, 1, (byte)'A', 0xC0, 0, 1, (byte)'b', 0xC0, 5, 9];
        var reader = new WireReader(message, 9);
        byte[] name = new byte[255];

        Assert.True(reader.TryReadName(name, out int length));

        Assert.Equal("b.A.org.", DomainName.ToText(name.AsSpan(0, length)));
        Assert.Equal(13, reader.Position);
    }

    [Theory]
    [InlineData("C000", 0)]
    [InlineData("C002C000", 0)]
    [InlineData("0161C000", 0)]
    [InlineData("0161C002", 0)]
    [InlineData("0161C004016200", 0)]
    [InlineData("020061C001", 0)]
    [InlineData("00C0", 1)]
    [InlineData("008001", 1)]
    [InlineData("004001", 1)]
    [InlineData("00016", 1)]
    public void A_pointer_that_does_not_lead_back_is_refused(string hexadecimal, int position)
    {
        byte[] message = Convert.FromHexString(hexadecimal + (hexadecimal.Length % 2 == 0 ? "" : "1"));
        var reader = new WireReader(message, position);

        Assert.False(reader.TryReadName(new byte[255], out int length));

        Assert.Equal(0, length);
        Assert.Equal(position, reader.Position);
    }

    [Fact]
    public void Pointers_may_not_make_a_name_too_long()
    {
        // Each name is one label and a pointer to the name before: the 127th has 255 octets.
        var message = new List<byte> { 0 };
        int last = 0;
        byte[] name = new byte[300];
        for (int labels = 1; labels <= 130; labels++)
        {
            int start = message.Count;
            message.AddRange([1, (byte)'x', (byte)(0xC0 | (last >> 8)), (byte)last]);
            last = start;

            Assert.Equal(labels <= 127, CompressedName.TryExpand(message.ToArray(), start, name, out int length, out int end));
            Assert.Equal(labels <= 127 ? (2 * labels) + 1 : 0, length);
            Assert.Equal(labels <= 127 ? start + 4 : 0, end);
        }
    }

    [Fact]
    public void A_name_of_256_octets_is_refused_whatever_the_destination()
    {
        byte[] tail = [.. Label(63), .. Label(63), .. Label(63), 0];
        byte[] fits = [.. tail, .. Label(61), 0xC0, 0];
        byte[] over = [.. tail, .. Label(62), 0xC0, 0];

        Assert.True(CompressedName.TryExpand(fits, tail.Length, new byte[400], out int length, out _));
        Assert.Equal(255, length);
        Assert.False(CompressedName.TryExpand(over, tail.Length, new byte[400], out _, out _));

        static byte[] Label(int length) => [(byte)length, .. Enumerable.Repeat((byte)'x', length)];
    }

    [Fact]
    public void Chains_of_bare_pointers_are_bounded()
    {
        var message = new List<byte> { 0, 0xC0, 0 };
        for (int i = 1; i < 200; i++)
        {
            int previous = message.Count - 2;
            message.AddRange([(byte)(0xC0 | (previous >> 8)), (byte)previous]);
        }

        byte[] bytes = [.. message];
        Assert.True(CompressedName.TryExpand(bytes, 1 + (2 * 126), new byte[255], out _, out _));
        Assert.False(CompressedName.TryExpand(bytes, 1 + (2 * 127), new byte[255], out _, out _));
    }

    [Fact]
    public void A_destination_that_is_too_short_is_noticed()
    {
        byte[] message = [1, (byte)'a', 0, 1, (byte)'b', 0xC0, 0];
        for (int size = 0; size < 7; size++)
        {
            Assert.Equal(size >= 5, CompressedName.TryExpand(message, 3, new byte[size], out _, out _));
        }
    }

    [Fact]
    public void A_record_is_found_with_its_parts()
    {
        byte[] message = [1, (byte)'a', 0, 0xC0, 0, 0, 1, 0, 1, 0, 0, 1, 2, 0, 4, 10, 0, 0, 1, 77];
        var reader = new WireReader(message, 3);

        Assert.True(reader.TryReadRecord(out RecordView record));

        Assert.Equal((3, RecordType.A, RecordClass.IN, 258U), (record.OwnerOffset, record.Type, record.Class, record.TimeToLive));
        Assert.Equal((9, 15, 4, 19), (record.TimeToLiveOffset, record.RdataOffset, record.RdataLength, record.End));
        Assert.Equal(19, reader.Position);
    }

    [Fact]
    public void A_record_cut_anywhere_is_refused_and_nothing_moves()
    {
        byte[] message = [0, 0, 1, 0, 1, 0, 0, 1, 2, 0, 4, 10, 0, 0, 1];
        for (int length = 0; length < message.Length; length++)
        {
            var reader = new WireReader(message.AsSpan(0, length));
            Assert.False(reader.TryReadRecord(out _));
            Assert.False(new WireReader(message.AsSpan(0, Math.Min(length, 4))).TryReadQuestion(new byte[255], out int nameLength, out _, out _));
            Assert.Equal(0, nameLength);
            Assert.Equal(0, reader.Position);
        }
    }

    [Fact]
    public void A_position_outside_the_message_is_a_bug() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WireReader(new byte[3], 4).Position);

    [Fact]
    public void The_header_survives_writing_and_reading() =>
        Gen.Byte.Array[12].Sample(bytes =>
        {
            Assert.True(DnsHeader.TryRead(bytes, out DnsHeader header));
            byte[] written = new byte[12];
            header.Write(written);
            Assert.Equal(bytes, written);
        });
}
