using System.Globalization;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Wire;

public class NameCompressionTests
{
    [Fact]
    public void A_label_is_found_under_its_own_parent_only()
    {
        // 16-bit keys: among this many pairs some are equal by chance, so that the comparison behind the key counts.
        for (int number = 0; number < 4000; number++)
        {
            byte[] text = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
            byte[] message = [(byte)text.Length, .. text, 0];
            ReadOnlySpan<byte> label = message.AsSpan(0, message.Length - 1);
            NameCompression table = default;
            Assert.True(table.TryAdd(label, 0, NameCompression.Root, out int entry));

            Assert.Equal(entry, table.Find(message, label, NameCompression.Root));
            for (int parent = 0; parent < NameCompression.Root; parent++)
            {
                Assert.Equal(-1, table.Find(message, label, parent));
            }
        }
    }

    [Fact]
    public void Another_label_is_not_found_even_when_its_key_is_the_same()
    {
        byte[] message = [6, .. "000000"u8, 0];
        NameCompression table = default;
        Assert.True(table.TryAdd(message.AsSpan(0, 7), 0, NameCompression.Root, out _));
        byte[] other = message[..7];
        for (int number = 1; number < 500_000; number++)
        {
            Assert.True(number.TryFormat(other.AsSpan(1), out _, "D6", CultureInfo.InvariantCulture));
            Assert.Equal(-1, table.Find(message, other, NameCompression.Root));
        }
    }

    [Fact]
    public void The_table_takes_so_many_and_no_more()
    {
        NameCompression table = default;
        byte[] label = [1, (byte)'x'];
        int taken = 0;
        while (table.TryAdd(label, taken, taken == 0 ? NameCompression.Root : taken - 1, out _))
        {
            taken++;
        }

        Assert.Equal((128, 128), (taken, table.Count));
        table.TruncateTo(1);
        Assert.Equal(-1, table.Find(label, label, 0));
        Assert.Equal(0, table.Find(label, label, NameCompression.Root));
    }
}
