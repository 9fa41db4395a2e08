namespace ClusterDns.Plugins.Kubernetes.Filtering;

/// <summary>What a requirement of a label selector compares.</summary>
internal enum LabelOperator : byte
{
    /// <summary>The label has one of some values.</summary>
    In,

    /// <summary>The label has none of some values, or is not there.</summary>
    NotIn,

    /// <summary>The label is there.</summary>
    Exists,

    /// <summary>The label is not there.</summary>
    DoesNotExist,
}

/// <summary>One requirement of a label selector.</summary>
/// <param name="label">The label's name.</param>
/// <param name="comparison">What is compared.</param>
/// <param name="values">The values of <see cref="LabelOperator.In"/> and <see cref="LabelOperator.NotIn"/>.</param>
internal sealed class LabelRequirement(string label, LabelOperator comparison, IEnumerable<string> values)
{
    private readonly string[] _values = [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether an object meets it.</summary>
    /// <param name="findValue">The value of a label of the object; null where it has no such label.</param>
    public bool Matches(Func<string, string?> findValue)
    {
        string? value = findValue(label);
        return comparison switch
        {
            LabelOperator.In => value is not null && _values.Contains(value, StringComparer.Ordinal),
            LabelOperator.NotIn => value is null || !_values.Contains(value, StringComparer.Ordinal),
            LabelOperator.Exists => value is not null,
            _ => value is null,
        };
    }

    /// <summary>The requirement as it is written in a selector, the shortest way.</summary>
    public override string ToString() => comparison switch
    {
        LabelOperator.Exists => label,
        LabelOperator.DoesNotExist => "!" + label,
        LabelOperator.In => _values is [var only] ? $"{label}={only}" : $"{label} in ({string.Join(',', _values)})",
        _ => _values is [var only] ? $"{label}!={only}" : $"{label} notin ({string.Join(',', _values)})",
    };
}
