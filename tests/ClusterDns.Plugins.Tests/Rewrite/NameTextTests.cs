using System.Text;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Rewrite;

public sealed class NameTextTests
{
    [Theory]
    [InlineData("www.example.org.", "www.example.org.")]
    [InlineData(".", ".")]
    [InlineData("a.", "a.")]
    [InlineData("_dns._udp.example.org.", "_dns._udp.example.org.")]
    [InlineData(@"a\.b.example.org.", @"a\.b.example.org.")]
    [InlineData(@"\000\255.org.", @"\000\255.org.")]
    [InlineData(@"\032\064\039.org.", @"\ \@\'.org.")]
    [InlineData(@"\046.", @"\..")]
    public void A_name_is_written_as_Go_writes_it(string name, string text)
    {
        Assert.Equal(text, Write(DomainName.Parse(name)));
        Assert.Equal(text, Characters(DomainName.Parse(name)));
    }

    [Fact]
    public void The_text_of_every_name_is_read_back_as_the_name()
    {
        Gen<byte[]> label = Gen.Byte.Array[1, 12];
        label.Array[0, 8].Sample(labels =>
        {
            byte[] name = [.. labels.SelectMany(static octets => (byte[])[(byte)octets.Length, .. octets]), 0];
            Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
            return DomainName.TryParse(Write(name), wire, out int length) && wire[..length].SequenceEqual(name);
        });
    }

    [Fact]
    public void The_longest_text_fits()
    {
        byte[] name = new byte[DomainName.MaxWireLength];
        foreach (int label in (int[])[0, 64, 128, 192])
        {
            name[label] = (byte)(label == 192 ? 61 : 63);
        }

        Assert.True(DomainName.IsValid(name));
        Assert.Equal(NameText.MaxLength, Write(name).Length);
    }

    [Theory]
    [InlineData(@"a\.b.", 1, false)]
    [InlineData(@"a\.b.", 2, true)]
    [InlineData(@"a\.b.", 3, false)]
    [InlineData(@"\000a.", 2, true)]
    [InlineData(@"\000a.", 3, true)]
    [InlineData(@"\000a.", 4, false)]
    [InlineData(@"\092\046.", 1, true)]
    [InlineData(@"\092\046.", 2, false)]
    [InlineData("abc.", 2, false)]
    public void A_position_within_an_escape_is_known(string name, int position, bool splits)
    {
        NameText text = new(new byte[NameText.MaxLength], default);
        text.Set(DomainName.Parse(name));

        Assert.Equal(splits, text.SplitsEscape(position));
    }

    [Theory]
    [InlineData("A.Example", "a.example.")]
    [InlineData("a.example.", "a.example.")]
    [InlineData("", ".")]
    [InlineData(@"a\.", @"a\..")]
    [InlineData(@"a\\.", @"a\\.")]
    public void Texts_of_rules_are_lower_case_and_absolute(string text, string absolute)
        => Assert.Equal(absolute, RuleText.MakeAbsolute(text));

    private static string Write(byte[] name)
    {
        NameText text = new(new byte[NameText.MaxLength], default);
        text.Set(name);
        return Encoding.ASCII.GetString(text.Bytes);
    }

    private static string Characters(byte[] name)
    {
        NameText text = new(new byte[NameText.MaxLength], new char[NameText.MaxLength]);
        text.Set(name);
        return text.Characters.ToString();
    }
}
