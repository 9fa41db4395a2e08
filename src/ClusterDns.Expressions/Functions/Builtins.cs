using System.Collections.Frozen;

namespace ClusterDns.Expressions.Functions;

/// <summary>All functions of the language.</summary>
internal static class Builtins
{
    /// <summary>Those with a predicate, which the binder knows.</summary>
    public static FrozenSet<string> Loops { get; } = new[]
    {
        "all", "any", "count", "filter", "find", "findIndex", "findLast", "findLastIndex", "groupBy", "map", "none", "one", "reduce", "sortBy", "sum",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The others, by name.</summary>
    public static FrozenDictionary<string, Builtin> Functions { get; } =
        TextBuiltins.All.Concat(NumberBuiltins.All).Concat(ListBuiltins.All).Concat(ConversionBuiltins.All)
            .ToFrozenDictionary(static function => function.Name, StringComparer.Ordinal);

    /// <summary>Whether a name is that of a function.</summary>
    public static bool Has(string name) => Loops.Contains(name) || Functions.ContainsKey(name);
}
