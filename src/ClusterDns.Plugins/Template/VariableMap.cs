using ClusterDns.Expressions.Values;
using ClusterDns.GoText.Templates;
using ExpressionKind = ClusterDns.Expressions.Values.ValueKind;

namespace ClusterDns.Plugins.Template;

/// <summary>The variables of a template, as records see them: <c>.Var</c>.</summary>
/// <param name="variables">The variables.</param>
/// <param name="values">Their values.</param>
internal sealed class VariableMap(IReadOnlyList<TemplateVariable> variables, ExpressionValue[] values) : ITemplateMap
{
    /// <inheritdoc/>
    public string TypeName => "map[string]interface {}";

    /// <inheritdoc/>
    public int Count => variables.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys => [.. variables.Select(static variable => variable.Name).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public Value Missing => default;

    /// <inheritdoc/>
    public bool TryFind(string key, out Value value)
    {
        for (int i = 0; i < variables.Count; i++)
        {
            if (string.Equals(variables[i].Name, key, StringComparison.Ordinal))
            {
                value = Convert(values[i]);
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>A value of an expression as one of a template. Times, durations and such are their text there.</summary>
    private static Value Convert(ExpressionValue value) => value.Kind switch
    {
        ExpressionKind.Nil => default,
        ExpressionKind.Boolean => Value.From(value.Boolean),
        ExpressionKind.Integer => Value.From(value.Integer),
        ExpressionKind.Float => Value.From(value.Float),
        ExpressionKind.List => Value.From(new TemplateList("[]interface {}", ConvertAll(value.List))),
        ExpressionKind.Map => Value.From(new EntryMap(value.Map)),
        _ => Value.From(value.ToString()),
    };

    private static Value[] ConvertAll(ValueList list)
    {
        Value[] items = new Value[list.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Convert(list[i]);
        }

        return items;
    }

    /// <summary>A map of an expression.</summary>
    private sealed class EntryMap(ValueMap map) : ITemplateMap
    {
        private readonly SortedList<string, Value> _entries = Read(map);

        public string TypeName => "map[string]interface {}";

        public int Count => _entries.Count;

        public IReadOnlyList<string> Keys => [.. _entries.Keys];

        public Value Missing => default;

        public bool TryFind(string key, out Value value) => _entries.TryGetValue(key, out value);

        private static SortedList<string, Value> Read(ValueMap map)
        {
            SortedList<string, Value> entries = new(StringComparer.Ordinal);
            for (int i = 0; i < map.Count; i++)
            {
                entries[map.KeyAt(i).ToString()] = Convert(map.ValueAt(i));
            }

            return entries;
        }
    }
}
