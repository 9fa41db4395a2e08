using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Common;

/// <summary>
/// Reads several options from one line: CoreDNS reads words rather than lines, so an option with a fixed number of arguments may have
/// the next option on its line.
/// </summary>
internal static class OptionLines
{
    /// <summary>The lines of a block, each with one option.</summary>
    /// <param name="lines">The lines as written.</param>
    /// <param name="options">The options that others may follow on a line, with how many arguments each takes.</param>
    public static IEnumerable<DirectiveSyntax> Split(IEnumerable<DirectiveSyntax> lines, params (string Name, int Arguments)[] options)
    {
        foreach (DirectiveSyntax line in lines)
        {
            DirectiveSyntax rest = line;
            while (Find(rest, options) is { } count && rest.Arguments.Count > count && HasOption(rest.Arguments[count], options))
            {
                yield return rest with { Arguments = [.. rest.Arguments.Take(count)], Block = [], HasBlock = false };
                rest = rest with { Name = rest.Arguments[count], Arguments = [.. rest.Arguments.Skip(count + 1)] };
            }

            yield return rest;
        }
    }

    private static int? Find(DirectiveSyntax line, (string Name, int Arguments)[] options)
    {
        int index = Array.FindIndex(options, option => string.Equals(option.Name, line.Name.Text, StringComparison.Ordinal));
        return index < 0 ? null : options[index].Arguments;
    }

    private static bool HasOption(Token word, (string Name, int Arguments)[] options)
        => Array.Exists(options, option => string.Equals(option.Name, word.Text, StringComparison.Ordinal));
}
