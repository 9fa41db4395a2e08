using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Wire;

public class DomainNameTests
{
    [Fact]
    public void The_length_of_a_name_is_found()
    {
        Assert.True(DomainName.TryGetLength([3, (byte)'w', (byte)'w', (byte)'w', 0, 1, 2], out int length));
        Assert.Equal(5, length);
        Assert.True(DomainName.TryGetLength([0], out length));
        Assert.Equal(1, length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("03777777")]
    [InlineData("0377")]
    [InlineData("C00C")]
    [InlineData("40")]
    [InlineData("80")]
    public void What_is_cut_off_or_not_made_of_labels_is_no_name(string hexadecimal)
    {
        byte[] wire = Convert.FromHexString(hexadecimal);
        Assert.False(DomainName.TryGetLength(wire, out int length));
        Assert.Equal(0, length);
        Assert.False(DomainName.IsValid(wire));
        Assert.False(DomainName.TryWriteText(wire, new byte[1004], out _));
        Assert.Throws<ArgumentException>(() => DomainName.ToText(wire));
    }

    [Fact]
    public void Names_have_at_most_255_octets()
    {
        byte[] longest = [.. Label(63), .. Label(63), .. Label(63), .. Label(61), 0];
        byte[] tooLong = [.. Label(63), .. Label(63), .. Label(63), .. Label(62), 0];

        Assert.Equal(255, longest.Length);
        Assert.True(DomainName.IsValid(longest));
        Assert.False(DomainName.IsValid(tooLong));
        Assert.False(DomainName.IsValid([64, .. new byte[64], 0]));
    }

    [Fact]
    public void Equality_ignores_the_case_of_ASCII_letters_and_nothing_else() =>
        Gen.Select(Gen.Byte.Array[0, 70], Gen.Int[0, 69], Gen.Byte).Sample((octets, index, other) =>
        {
            byte[] changed = [.. octets];
            if (changed.Length > 0)
            {
                changed[index % changed.Length] = other;
            }

            bool expected = octets.Select(Lower).SequenceEqual(changed.Select(Lower));
            Assert.Equal(expected, DomainName.Equals(octets, changed));
            if (expected)
            {
                Assert.Equal(DomainName.GetHashCode(octets), DomainName.GetHashCode(changed));
                Assert.Equal(DomainName.GetHashCode64(octets), DomainName.GetHashCode64(changed));
            }
        });

    [Fact]
    public void Changing_the_case_of_letters_changes_neither_equality_nor_hash() =>
        Gen.Select(Gen.Byte.Array[0, 70], Gen.ULong).Sample((octets, flips) =>
        {
            byte[] changed = [.. octets.Select((octet, i) => ((flips >> (i % 64)) & 1) == 0 ? Lower(octet) : Upper(octet))];
            Assert.True(DomainName.Equals(octets, changed));
            Assert.Equal(DomainName.GetHashCode64(octets), DomainName.GetHashCode64(changed));
        });

    [Fact]
    public void Octets_that_differ_only_in_length_or_order_are_unequal()
    {
        Assert.False(DomainName.Equals([1, 2, 3], [1, 2, 3, 3]));
        Assert.False(DomainName.Equals([0], [0, 0]));
        Assert.NotEqual(DomainName.GetHashCode64([0]), DomainName.GetHashCode64([0, 0]));
        Assert.NotEqual(DomainName.GetHashCode64([0, 0, 0]), DomainName.GetHashCode64([]));
    }

    [Fact]
    public void Hashes_of_many_names_are_spread()
    {
        // 2^16 names into 2^16 places: 1 - 1/e of them are hit, 41427 on average with a deviation of 100.
        var places = new HashSet<int>();
        for (int i = 0; i < 65536; i++)
        {
            places.Add(DomainName.GetHashCode(DomainName.Parse($"service-{i}.default.svc.cluster.local")) & 0xFFFF);
        }

        Assert.InRange(places.Count, 40000, 43000);
    }

    [Fact]
    public void Lowering_touches_only_ASCII_capitals_and_works_in_place() =>
        Gen.Byte.Array[0, 70].Sample(octets =>
        {
            byte[] expected = [.. octets.Select(Lower)];
            byte[] lower = new byte[octets.Length + 1];
            lower[^1] = (byte)'Z';
            DomainName.ToLowerInvariant(octets, lower);
            Assert.Equal([.. expected, (byte)'Z'], lower);
            DomainName.ToLowerInvariant(octets, octets);
            Assert.Equal(expected, octets);
        });

    [Fact]
    public void Lowering_into_too_little_room_is_a_bug() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DomainName.ToLowerInvariant(new byte[17], new byte[16]));

    [Theory]
    [InlineData("www.example.org", "example.org", true)]
    [InlineData("WWW.EXAMPLE.org", "example.ORG", true)]
    [InlineData("example.org", "example.org", true)]
    [InlineData("example.org", ".", true)]
    [InlineData(".", ".", true)]
    [InlineData("badexample.org", "example.org", false)]
    [InlineData("org", "example.org", false)]
    [InlineData(".", "org", false)]
    [InlineData("www.example.net", "example.org", false)]
    public void A_subdomain_ends_in_the_labels_of_its_zone(string name, string zone, bool expected) =>
        Assert.Equal(expected, DomainName.IsSubdomainOf(DomainName.Parse(name), DomainName.Parse(zone)));

    [Fact]
    public void A_zone_hidden_within_a_label_is_not_a_suffix() =>
        Assert.False(DomainName.IsSubdomainOf([5, (byte)'x', 3, (byte)'o', (byte)'r', (byte)'g', 0], DomainName.Parse("org")));

    [Theory]
    [InlineData(".", 0)]
    [InlineData("org", 1)]
    [InlineData("a.b.c.d.e.", 5)]
    public void Labels_are_counted_without_the_root(string name, int labels)
    {
        byte[] wire = DomainName.Parse(name);
        Assert.Equal(labels, DomainName.CountLabels(wire));
        ReadOnlySpan<byte> parent = DomainName.Parent(wire);
        Assert.Equal(Math.Max(0, labels - 1), DomainName.CountLabels(parent));
    }

    [Fact]
    public void The_comparer_finds_arrays_by_spans_in_any_case()
    {
        var table = new Dictionary<byte[], int>(DomainNameComparer.Instance) { [DomainName.Parse("example.org")] = 7 };
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup = table.GetAlternateLookup<ReadOnlySpan<byte>>();

        Assert.Equal(7, lookup[DomainName.Parse("EXAMPLE.org").AsSpan()]);
        Assert.False(lookup.ContainsKey(DomainName.Parse("example.com").AsSpan()));
        Assert.Equal(7, table[DomainName.Parse("Example.Org")]);
    }

    private static byte[] Label(int length) => [(byte)length, .. Enumerable.Repeat((byte)'x', length)];

    private static byte Lower(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet + 32) : octet;

    private static byte Upper(byte octet) => octet is >= (byte)'a' and <= (byte)'z' ? (byte)(octet - 32) : octet;
}
