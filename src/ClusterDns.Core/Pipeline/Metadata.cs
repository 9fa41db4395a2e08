using System.Collections.Frozen;

namespace ClusterDns.Core.Pipeline;

/// <summary>A value about a query that a plugin provides to other plugins of its server block.</summary>
/// <param name="Name">The plugin's name, a slash, and what it is, like <c>forward/upstream</c>; at most one field has it.</param>
/// <param name="Read">
/// Reads the value, on the query's thread and only when somebody asks for it; null where there is none, for this query or not yet.
/// </param>
public sealed record MetadataField(string Name, Func<Query, string?> Read);

/// <summary>Fields of a plugin whose number and names are not known in advance.</summary>
/// <param name="Prefix">What their names begin with, like <c>kubernetes/client-label/</c>.</param>
/// <param name="Read">Reads the value of one, given the rest of its name, as <see cref="MetadataField.Read"/> does.</param>
public sealed record MetadataGroup(string Prefix, Func<Query, string, string?> Read);

/// <summary>The metadata of a server block, by name.</summary>
public sealed class MetadataTable
{
    private readonly FrozenDictionary<string, Func<Query, string?>> _fields;
    private readonly MetadataGroup[] _groups;

    /// <summary>A table.</summary>
    /// <param name="fields">The fields; of several with one name the first counts.</param>
    /// <param name="groups">The groups of fields; null for none.</param>
    public MetadataTable(IEnumerable<MetadataField> fields, IEnumerable<MetadataGroup>? groups = null)
    {
        _fields = fields
            .DistinctBy(static field => field.Name, StringComparer.Ordinal)
            .ToFrozenDictionary(static field => field.Name, static field => field.Read, StringComparer.Ordinal);
        _groups = [.. groups ?? []];
    }

    /// <summary>Reads a value; null where there is none.</summary>
    /// <param name="query">The query.</param>
    /// <param name="name">The field's name.</param>
    public string? Read(Query query, string name)
    {
        if (_fields.TryGetValue(name, out Func<Query, string?>? read))
        {
            return read(query);
        }

        foreach (MetadataGroup group in _groups)
        {
            if (name.StartsWith(group.Prefix, StringComparison.Ordinal))
            {
                return group.Read(query, name[group.Prefix.Length..]);
            }
        }

        return null;
    }
}
