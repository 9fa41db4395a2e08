using System.Globalization;
using System.Text;
using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Wire;

public sealed class KeyedHashTests
{
    /// <summary>What CPython 3.11, whose hash of bytes is SipHash-1-3, gives for 1, 2, 3, … under PYTHONHASHSEED=0, a key of zeros.</summary>
    [Theory]
    [InlineData(1, 0x44bc103b1f8540ed)]
    [InlineData(7, 0xb1cd85cc334196fa)]
    [InlineData(8, 0x884ccc87cb0e5fb0)]
    [InlineData(9, 0x027ed508fe95acb3)]
    [InlineData(15, 0x75e46d4257851550)]
    [InlineData(16, 0xe05d12a0a4b2d063)]
    [InlineData(40, 0xc6ca83093413bf3c)]
    public void Hashes_agree_with_another_implementation_of_siphash_1_3(int length, ulong expected)
        => Assert.Equal(expected, KeyedHash.Of(default, [.. Enumerable.Range(1, length).Select(static number => (byte)number)]));

    [Fact]
    public void Another_key_gives_another_hash()
        => Assert.NotEqual(KeyedHash.Of(new SipKey(1, 0), "name"u8), KeyedHash.Of(new SipKey(0, 1), "name"u8));

    [Fact]
    public void Each_process_draws_a_key_of_its_own()
        => Assert.NotEqual(SipKey.Draw(), SipKey.Draw());

    [Fact]
    public void The_folded_hash_is_that_of_the_lower_case()
        => Gen.Byte.Array[0, 80].Sample(octets =>
        {
            byte[] lower = new byte[octets.Length];
            DomainName.ToLowerInvariant(octets, lower);
            Assert.Equal(KeyedHash.Of(lower), DomainName.GetHashCode64(octets));
        });

    [Fact]
    public void No_octets_at_the_end_of_a_name_bring_names_together()
    {
        // Words that cancel a multiplication, as the constants of other hashes do when they are known, cancel nothing here.
        byte[] suffix = [0xDB, 0x28, 0xB4, 0xA0, 0xD1, 0x7E, 0x03, 0xE7, .. "attack"u8, 0];
        HashSet<ulong> hashes = [];
        for (int number = 0; number < 10_000; number++)
        {
            byte[] name = [24, .. Encoding.ASCII.GetBytes(number.ToString("D16", CultureInfo.InvariantCulture)), .. suffix];
            hashes.Add(KeyedHash.OfFolded(name) & 0xFFFF);
        }

        // 10,000 names into 65,536 places: 9,273 are hit on average, with a deviation of some 24.
        Assert.InRange(hashes.Count, 9_100, 9_450);
    }
}
