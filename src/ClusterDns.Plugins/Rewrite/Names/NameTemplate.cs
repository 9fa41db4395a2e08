using System.Globalization;

namespace ClusterDns.Plugins.Rewrite.Names;

/// <summary>The new name of a regular expression's rule: text, and groups of the old name such as <c>{1}</c>.</summary>
internal sealed class NameTemplate
{
    /// <summary>The numbers that name a group; CoreDNS knows no others.</summary>
    private const int MaxGroup = 100;

    private readonly List<(byte[] Text, int Place)> _pieces = [];
    private readonly List<int> _groups = [];

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="groupCount">How many groups the expression has; a number beyond them is text.</param>
    public NameTemplate(string text, int groupCount)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!TryReadGroup(text.AsSpan(i), out int group, out int length) || group > groupCount)
            {
                continue;
            }

            AddText(text[start..i]);
            _pieces.Add(([], AddGroup(group)));
            i += length - 1;
            start = i + 1;
        }

        AddText(text[start..]);
    }

    /// <summary>The groups it names, each once.</summary>
    public IReadOnlyList<int> Groups => _groups;

    /// <summary>The numbers of groups that a text names, each once.</summary>
    /// <param name="text">The text.</param>
    public static IReadOnlySet<int> FindGroups(string text)
    {
        HashSet<int> groups = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (TryReadGroup(text.AsSpan(i), out int group, out _))
            {
                groups.Add(group);
            }
        }

        return groups;
    }

    /// <summary>Writes the new name.</summary>
    /// <param name="name">The old name.</param>
    /// <param name="places">Where each of <see cref="Groups"/> starts and ends in the old name; -1 for one that did not match.</param>
    /// <param name="target">Where to.</param>
    public void Write(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<int> places, ref TextBuffer target)
    {
        foreach ((byte[] text, int place) in _pieces)
        {
            if (place < 0)
            {
                target.Append(text);
            }
            else if (places[2 * place] >= 0)
            {
                target.Append(name[places[2 * place]..places[(2 * place) + 1]]);
            }
        }
    }

    private static bool TryReadGroup(ReadOnlySpan<char> text, out int group, out int length)
    {
        group = 0;
        int end = text.IndexOf('}');
        length = end + 1;
        return text[0] == '{' && end > 1 && (end == 2 || text[1] != '0') &&
            int.TryParse(text[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out group) && group <= MaxGroup;
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            _pieces.Add((RuleText.ToBytes(text), -1));
        }
    }

    private int AddGroup(int group)
    {
        int place = _groups.IndexOf(group);
        if (place < 0)
        {
            place = _groups.Count;
            _groups.Add(group);
        }

        return place;
    }
}
