using System.Text.RegularExpressions;

namespace ClusterDns.Tests.DropIn;

/// <summary>What a scrape shows, in Prometheus' text format.</summary>
internal static partial class MetricScrape
{
    /// <summary>Takes a scrape apart, by family.</summary>
    public static Dictionary<string, ScrapedFamily> Read(string text)
    {
        Dictionary<string, ScrapedFamily> families = new(StringComparer.Ordinal);
        ScrapedFamily? current = null;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', 4);
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                families[words[2]] = current = new ScrapedFamily { Help = words[3] };
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                current!.Type = words[3];
            }
            else
            {
                Match sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                current!.Add(sample.Groups["name"].Value, Label().Matches(sample.Groups["labels"].Value), sample.Groups["value"].Value);
            }
        }

        return families;
    }

    [GeneratedRegex("^(?<name>[a-z0-9_]+)(\\{(?<labels>.*)\\})? (?<value>[^ ]+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Sample();

    [GeneratedRegex("(?<key>[a-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Label();
}

/// <summary>The metrics of one name in a scrape.</summary>
internal sealed class ScrapedFamily
{
    public string Help { get; init; } = "";

    public string Type { get; set; } = "";

    /// <summary>The label keys, without that of the buckets.</summary>
    public SortedSet<string> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>The upper bounds of the buckets.</summary>
    public SortedSet<string> Bounds { get; } = new(StringComparer.Ordinal);

    /// <summary>The values by name and labels, the labels sorted and without ports.</summary>
    public SortedDictionary<string, string> Samples { get; } = new(StringComparer.Ordinal);

    public void Add(string name, MatchCollection labels, string value)
    {
        SortedDictionary<string, string> sorted = new(StringComparer.Ordinal);
        foreach (Match label in labels)
        {
            string key = label.Groups["key"].Value;
            (string.Equals(key, "le", StringComparison.Ordinal) ? Bounds : Keys)
                .Add(string.Equals(key, "le", StringComparison.Ordinal) ? label.Groups["value"].Value : key);
            if (key is not ("server" or "to"))
            {
                sorted[key] = label.Groups["value"].Value;
            }
        }

        Samples[$"{name}{{{string.Join(',', sorted.Select(static label => $"{label.Key}={label.Value}"))}}}"] = value;
    }

    public bool IsLike(ScrapedFamily other) => string.Equals(Help, other.Help, StringComparison.Ordinal)
        && string.Equals(Type, other.Type, StringComparison.Ordinal)
        && Keys.SetEquals(other.Keys)
        && Bounds.SetEquals(other.Bounds);

    public override string ToString() => $"{Type} '{Help}' {string.Join(',', Keys)} {string.Join(',', Bounds)}";
}
