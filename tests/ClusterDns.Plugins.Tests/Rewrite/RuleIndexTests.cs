using System.Text;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;
using ClusterDns.Plugins.Rewrite.Rules;
using ClusterDns.TestKit;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Rewrite;

public sealed class RuleIndexTests
{
    private static readonly string[] Texts = ["a.", "b.", "a.a.", "a.b.", "ab.", ".a.", ".b.", ".", "ba.", "aab.", "b.a.a."];

    private static readonly Gen<NamePattern?> Patterns = Gen.Select(Gen.Int[0, 5], OneOf(Texts), static (kind, text) =>
    {
        byte[] from = Encoding.ASCII.GetBytes(text);
        return kind switch
        {
            0 => (NamePattern?)new ExactPattern(from, from),
            1 => new PrefixPattern(from, from),
            2 or 3 => new SuffixPattern(from, from),
            4 => new SubstringPattern(from, from),
            _ => null,
        };
    });

    private static readonly Gen<string> Names = OneOf("a", "b", "ab", "aab", "ba", @"a\.", @"\.a", @"b\.b").Array[0, 4]
        .Select(static labels => labels.Length == 0 ? "." : string.Join('.', labels) + ".");

    [Fact]
    public void The_index_finds_what_trying_every_rule_in_order_finds()
        => Gen.Select(Patterns.Array[0, 12], Names).Sample(static (patterns, name) =>
        {
            byte[] wire = DomainName.Parse(name);
            Assert.Equal(Scan(patterns, wire), Walk(patterns, wire));
        });

    [Fact]
    public void A_name_that_changes_on_the_way_is_looked_up_from_there_on()
        => Gen.Select(Patterns.Array[0, 12], Names.Array[1, 4]).Sample(static (patterns, names) =>
        {
            byte[][] wires = [.. names.Select(static name => DomainName.Parse(name))];
            Assert.Equal(ScanChanging(patterns, wires), WalkChanging(patterns, wires));
        });

    [Fact]
    public void Ten_thousand_suffixes_and_names_are_found_and_nothing_is_allocated()
    {
        NamePattern[] patterns =
        [
            .. Enumerable.Range(0, 10_000).Select(static i => i % 2 == 0
                ? (NamePattern)new SuffixPattern(Encoding.ASCII.GetBytes($".zone{i}.example."), [])
                : new ExactPattern(Encoding.ASCII.GetBytes($"host{i}.example."), [])),
        ];
        RuleIndex index = new(patterns);
        byte[] suffix = DomainName.Parse("www.zone9998.example.");
        byte[] exact = DomainName.Parse("host9999.example.");
        byte[] none = DomainName.Parse("host10000.example.");
        byte[] bytes = new byte[NameText.MaxLength];
        char[] characters = new char[NameText.MaxLength];

        Assert.Equal(9998, Find(suffix));
        Assert.Equal(9999, Find(exact));
        Assert.Equal(RuleIndex.None, Find(none));
        Assert.Equal(0, Allocations.Count(() => _ = Find(suffix) + Find(exact) + Find(none)));

        int Find(byte[] name)
        {
            NameText text = new(bytes, characters);
            text.Set(name);
            RuleWalk walk = new(index);
            return walk.Next(ref text, 0);
        }
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static List<int> Scan(NamePattern?[] patterns, byte[] name) => ScanChanging(patterns, [name]);

    private static List<int> Walk(NamePattern?[] patterns, byte[] name) => WalkChanging(patterns, [name]);

    /// <summary>After each rule that is found, the next name takes the place of the one before.</summary>
    private static List<int> ScanChanging(NamePattern?[] patterns, byte[][] names)
    {
        List<int> found = [];
        NameText text = new(new byte[NameText.MaxLength], new char[NameText.MaxLength]);
        text.Set(names[0]);
        for (int i = 0; i < patterns.Length; i++)
        {
            if (patterns[i]?.Matches(ref text) != false)
            {
                found.Add(i);
                text.Set(names[Math.Min(found.Count, names.Length - 1)]);
            }
        }

        return found;
    }

    private static List<int> WalkChanging(NamePattern?[] patterns, byte[][] names)
    {
        List<int> found = [];
        NameText text = new(new byte[NameText.MaxLength], new char[NameText.MaxLength]);
        text.Set(names[0]);
        RuleWalk walk = new(new RuleIndex(patterns));
        for (int i = walk.Next(ref text, 0); i != RuleIndex.None; i = walk.Next(ref text, i + 1))
        {
            found.Add(i);
            text.Set(names[Math.Min(found.Count, names.Length - 1)]);
            walk.Renew();
        }

        return found;
    }
}
