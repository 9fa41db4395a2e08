using System.Text;
using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Wire;

public class DomainNameTextTests
{
    [Theory]
    [InlineData(".", "00", ".")]
    [InlineData("a", "016100", "a.")]
    [InlineData("a.", "016100", "a.")]
    [InlineData("Ab.c.", "024162016300", "Ab.c.")]
    [InlineData(@"a\.b.c", "03612E62016300", @"a\.b.c.")]
    [InlineData(@"\000\255", "0200FF00", @"\000\255.")]
    [InlineData(@"\a\\\065", "03615C4100", @"a\\A.")]
    [InlineData(@"\032\ ", "02202000", @"\032\032.")]
    [InlineData("@;$()\"'", "0740" + "3B24282922" + "2700", "\\@\\;\\$\\(\\)\\\"'.")]
    [InlineData("_x._tcp.*", "025F78045F7463" + "70012A00", "_x._tcp.*.")]
    public void Names_are_read_and_written(string text, string hexadecimal, string canonical)
    {
        byte[] wire = DomainName.Parse(text);
        Assert.Equal(hexadecimal, Convert.ToHexString(wire));
        Assert.Equal(canonical, DomainName.ToText(wire));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".a")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("ä")]
    [InlineData("a\\")]
    [InlineData(@"\2")]
    [InlineData(@"\25")]
    [InlineData(@"\25x")]
    [InlineData(@"\256")]
    [InlineData("\\\n")]
    [InlineData("x123456789x123456789x123456789x123456789x123456789x123456789x123")]
    public void What_is_no_name_is_refused(string text)
    {
        Assert.False(DomainName.TryParse(text, new byte[255], out int length));
        Assert.Equal(0, length);
        Assert.Contains(text, Assert.Throws<FormatException>(() => DomainName.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Relative_names_end_in_the_origin()
    {
        byte[] origin = DomainName.Parse("example.org");
        byte[] wire = new byte[255];

        Assert.True(DomainName.TryParse("www", origin, wire, out int length));
        Assert.Equal("www.example.org.", DomainName.ToText(wire.AsSpan(0, length)));
        Assert.True(DomainName.TryParse("www.", origin, wire, out length));
        Assert.Equal("www.", DomainName.ToText(wire.AsSpan(0, length)));
        Assert.True(DomainName.TryParse(@"www\.", origin, wire, out length));
        Assert.Equal(@"www\..example.org.", DomainName.ToText(wire.AsSpan(0, length)));
    }

    [Fact]
    public void The_longest_name_fits_and_one_octet_more_does_not()
    {
        string label = new('x', 63);
        string longest = $"{label}.{label}.{label}.{new string('y', 61)}";

        Assert.Equal(255, DomainName.Parse(longest).Length);
        Assert.Equal(255, DomainName.Parse(longest + ".").Length);
        Assert.False(DomainName.TryParse(longest + "y", new byte[300], out _));
        Assert.False(DomainName.TryParse(longest + "y.", new byte[300], out _));
        Assert.False(DomainName.TryParse(longest + ".a", new byte[300], out _));
        Assert.Equal(127, DomainName.CountLabels(DomainName.Parse(string.Concat(Enumerable.Repeat("a.", 127)))));
        Assert.False(DomainName.TryParse(string.Concat(Enumerable.Repeat("a.", 128)), new byte[300], out _));
    }

    [Fact]
    public void A_destination_that_is_too_short_is_noticed()
    {
        foreach (string text in new[] { ".", "a", "a.b.", "abc.def", @"a\.b.c" })
        {
            int needed = DomainName.Parse(text).Length;
            for (int size = 0; size < needed + 2; size++)
            {
                Assert.Equal(size >= needed, DomainName.TryParse(text, new byte[size], out _));
            }

            byte[] wire = DomainName.Parse(text);
            int written = DomainName.ToText(wire).Length;
            for (int size = 0; size < written + 2; size++)
            {
                Assert.Equal(size >= written, DomainName.TryWriteText(wire, new byte[size], out int length));
                Assert.Equal(size >= written ? written : 0, length);
            }
        }
    }

    [Fact]
    public void Every_name_survives_its_text() =>
        WireGen.AnyName.Sample(name =>
        {
            string text = DomainName.ToText(name);
            Assert.Equal(name, DomainName.Parse(text));
            Assert.True(text.Length <= DomainName.MaxTextLength);

            byte[] ascii = new byte[DomainName.MaxTextLength];
            Assert.True(DomainName.TryWriteText(name, ascii, out int written));
            Assert.Equal(text, Encoding.ASCII.GetString(ascii, 0, written));

            byte[] wire = new byte[255];
            Assert.True(DomainName.TryParse(ascii.AsSpan(0, written), wire, out int length));
            Assert.Equal(name, wire[..length]);
        });

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Gen.String[Gen.Char[@"a.\0129 ä@"], 0, 300].Sample(text =>
        {
            byte[] wire = new byte[255];
            if (DomainName.TryParse(text, wire, out int length))
            {
                Assert.True(DomainName.IsValid(wire.AsSpan(0, length)));
            }
            else
            {
                Assert.Equal(0, length);
            }
        });
}
