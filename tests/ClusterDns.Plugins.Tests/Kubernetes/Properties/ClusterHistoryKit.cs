namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>Something that happens to a cluster, or to the watch of it.</summary>
public enum ClusterStep
{
    /// <summary>An object comes, or changes.</summary>
    Put,

    /// <summary>An object goes, if it is there.</summary>
    Delete,

    /// <summary>A list of a kind begins; one that had begun has failed.</summary>
    BeginRelist,

    /// <summary>A list of a kind ends.</summary>
    EndRelist,

    /// <summary>A kind is listed, and others objects of it are there than before.</summary>
    Relist,
}

/// <summary>Lets things happen to a cluster that is watched, and keeps what is there.</summary>
/// <param name="cluster">Told of it.</param>
/// <param name="versions">The objects that there can be.</param>
internal sealed class ClusterHistoryKit(FedCluster cluster, ClusterObject[] versions)
{
    private readonly Dictionary<string, Dictionary<string, ClusterObject>> _objects =
        cluster.Kinds.ToDictionary(static kind => kind, static _ => new Dictionary<string, ClusterObject>(StringComparer.Ordinal), StringComparer.Ordinal);

    private readonly Dictionary<string, HashSet<string>> _listed = new(StringComparer.Ordinal);

    /// <summary>Makes all namespaces that there can be, without which nothing else is answered.</summary>
    public void Begin()
    {
        foreach (string name in (string[])["a", "b", "svc"])
        {
            Put(new ClusterObject($$$"""{"kind":"Namespace","metadata":{"name":"{{{name}}}","labels":{"tier":"gold"} } }"""));
        }
    }

    /// <summary>Something happens.</summary>
    /// <param name="step">What.</param>
    /// <param name="number">Chooses the object, or which objects are listed.</param>
    public void Take(ClusterStep step, int number)
    {
        ClusterObject one = versions[number % versions.Length];
        if (!_objects.ContainsKey(one.Kind))
        {
            return;
        }

        switch (step)
        {
            case ClusterStep.Delete:
                Delete(one);
                break;
            case ClusterStep.BeginRelist:
                Begin(one.Kind);
                break;
            case ClusterStep.EndRelist:
                End(one.Kind);
                break;
            case ClusterStep.Relist:
                Begin(one.Kind);
                for (int i = 0; i < versions.Length; i++)
                {
                    if (string.Equals(versions[i].Kind, one.Kind, StringComparison.Ordinal) && (number >> i & 1) == 1)
                    {
                        Put(versions[i]);
                    }
                }

                End(one.Kind);
                break;
            default:
                Put(one);
                break;
        }
    }

    /// <summary>Ends all lists.</summary>
    /// <returns>The objects that are there.</returns>
    public ClusterObject[] End()
    {
        foreach (string kind in _listed.Keys.ToArray())
        {
            End(kind);
        }

        return [.. _objects.Values.SelectMany(static objects => objects.Values)];
    }

    private void Put(ClusterObject one)
    {
        cluster.Tell(one);
        _objects[one.Kind][one.Key] = one;
        _listed.GetValueOrDefault(one.Kind)?.Add(one.Key);
    }

    private void Delete(ClusterObject one)
    {
        cluster.Tell(one, isDeleted: true);
        _objects[one.Kind].Remove(one.Key);
        _listed.GetValueOrDefault(one.Kind)?.Remove(one.Key);
    }

    private void Begin(string kind)
    {
        cluster.BeginRelist(kind);
        _listed[kind] = new HashSet<string>(StringComparer.Ordinal);
    }

    private void End(string kind)
    {
        if (!_listed.Remove(kind, out HashSet<string>? listed))
        {
            return;
        }

        cluster.EndRelist(kind);
        foreach (string gone in _objects[kind].Keys.Except(listed, StringComparer.Ordinal).ToArray())
        {
            _objects[kind].Remove(gone);
        }
    }
}
