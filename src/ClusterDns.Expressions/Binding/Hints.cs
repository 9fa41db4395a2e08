using ClusterDns.Core.Corefiles;

namespace ClusterDns.Expressions.Binding;

/// <summary>What messages say about names that are not known.</summary>
internal static class Hints
{
    /// <summary>What was probably meant by a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="known">The names that there are.</param>
    public static string ForName(string name, IEnumerable<string> known)
        => NearMiss.Find(name, known) is { } meant ? $"did you mean '{meant}'?" : $"strings are written in quotes, for example '{name}'";

    /// <summary>What was probably meant by the name of a function.</summary>
    /// <param name="name">The name.</param>
    /// <param name="own">The host's functions.</param>
    /// <param name="builtins">The language's functions.</param>
    public static string ForFunction(string name, IEnumerable<string> own, IEnumerable<string> builtins)
    {
        string[] sorted = [.. own.Order(StringComparer.Ordinal)];
        return NearMiss.Find(name, sorted.Concat(builtins.Order(StringComparer.Ordinal))) is { } meant
            ? $"did you mean '{meant}'?"
            : $"functions are {string.Join(", ", sorted.Concat(["len", "lower"]))} and others of the language";
    }
}
