namespace ClusterDns.Plugins.Kubernetes.Filtering;

/// <summary>
/// A Kubernetes label selector: requirements that an object's labels meet all of. Equal where it is written equally.
/// </summary>
public sealed class LabelSelector : IEquatable<LabelSelector>
{
    private readonly IReadOnlyList<LabelRequirement> _requirements;
    private readonly string _text;

    internal LabelSelector(IReadOnlyList<LabelRequirement> requirements)
    {
        _requirements = requirements;
        _text = string.Join(',', requirements);
    }

    /// <summary>The selector that every object meets.</summary>
    public static LabelSelector Everything { get; } = new([]);

    /// <summary>Whether an object meets it.</summary>
    /// <param name="findValue">The value of a label of the object; null where it has no such label.</param>
    public bool Matches(Func<string, string?> findValue) => _requirements.All(requirement => requirement.Matches(findValue));

    /// <summary>The selector as an API server takes it; empty for <see cref="Everything"/>.</summary>
    public override string ToString() => _text;

    /// <inheritdoc/>
    public bool Equals(LabelSelector? other) => string.Equals(_text, other?._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelSelector);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
}
