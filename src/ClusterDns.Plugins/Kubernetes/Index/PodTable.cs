using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// The Pods of a cluster by their addresses. There may be many more of them than of anything else, and most are never asked for, so
/// that a Pod is not an object but a few bytes of a large array (<see cref="PodRecord"/>), to which two hash tables lead: by address for
/// readers, and by name for the one writer. Readers take no lock. They find what is there throughout, since a record is whole before
/// a table leads to it, never changes, and never moves: <see cref="PodStore"/>s are replaced as a whole when one is full or wasteful.
/// </summary>
internal sealed class PodTable
{
    private PodStore _store = new(0, 0);

    /// <summary>How many Pods there are.</summary>
    public int Pods => _store.Count;

    /// <summary>How many bytes they take, for tests of what a Pod costs.</summary>
    internal long Bytes => _store.Bytes;

    /// <summary>How many Pods of a namespace have an address; any thread may ask.</summary>
    /// <param name="namespaceLabel">The namespace as one label in wire form, in lower case.</param>
    /// <param name="address">The address, 4 or 16 bytes.</param>
    public int Count(ReadOnlySpan<byte> namespaceLabel, ReadOnlySpan<byte> address)
    {
        PodStore store = Volatile.Read(ref _store);
        int removals;
        int count;
        do
        {
            removals = store.Removals;
            count = 0;
            for (PodProbe probe = new(store.ByAddress, KeyedHash.Of(address)); probe.TryNext(out int location);)
            {
                PodRecord pod = store.Get(location);
                if (pod.Address.SequenceEqual(address) && pod.Name.StartsWith(namespaceLabel))
                {
                    count++;
                }
            }
        }
        while (removals != store.Removals);

        return count;
    }

    /// <summary>The Pod that has an address; any thread may ask.</summary>
    /// <param name="address">The address, 4 or 16 bytes.</param>
    /// <param name="found">The Pod; of several that share a host's address, always the same, whatever came or changed last.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(scoped ReadOnlySpan<byte> address, out PodRecord found)
    {
        PodStore store = Volatile.Read(ref _store);
        int removals;
        bool hasFound;
        do
        {
            removals = store.Removals;
            found = default;
            hasFound = false;
            for (PodProbe probe = new(store.ByAddress, KeyedHash.Of(address)); probe.TryNext(out int location);)
            {
                PodRecord pod = store.Get(location);
                if (pod.Address.SequenceEqual(address) && (!hasFound || pod.Name.SequenceCompareTo(found.Name) < 0))
                {
                    found = pod;
                    hasFound = true;
                }
            }
        }
        while (removals != store.Removals);

        return hasFound;
    }

    /// <summary>A Pod is there. The writer's thread only, as with everything below.</summary>
    /// <param name="name">What names it: its namespace as one label in wire form, then its name.</param>
    /// <param name="address">Its address, 4 or 16 bytes.</param>
    /// <param name="labels">Its labels, as <see cref="PodLabels"/> has them; empty where none are kept.</param>
    /// <returns>Whether it is new, or has another address than before.</returns>
    public bool Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address, ReadOnlySpan<byte> labels = default)
    {
        int known = Find(name);
        bool hasMoved = known == 0 || !_store.Get(known).Address.SequenceEqual(address);
        if (!hasMoved && _store.Get(known).Labels.SequenceEqual(labels))
        {
            _store.SetHeard(known, isHeard: true);
            return false;
        }

        int length = PodRecord.GetLength(name, address, labels);
        if (!_store.HasRoomFor(length))
        {
            Volatile.Write(ref _store, _store.Clone(length));
            known = Find(name);
        }

        _store.Add(name, address, labels);
        if (known > 0)
        {
            _store.Remove(known);
            Tidy();
        }

        return hasMoved;
    }

    /// <summary>A Pod is gone.</summary>
    /// <param name="name">What names it.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(ReadOnlySpan<byte> name)
    {
        int known = Find(name);
        if (known > 0)
        {
            _store.Remove(known);
            Tidy();
        }

        return known > 0;
    }

    /// <summary>Begins to hear of all Pods that there are.</summary>
    public void BeginRelist()
    {
        foreach (int location in _store.Locations)
        {
            _store.SetHeard(location, isHeard: false);
        }
    }

    /// <summary>Takes out what was not heard of since <see cref="BeginRelist"/>.</summary>
    /// <returns>Whether there was any.</returns>
    public bool EndRelist()
    {
        bool hasRemoved = false;
        foreach (int location in _store.Locations)
        {
            if (!_store.Get(location).IsHeard)
            {
                _store.Remove(location);
                hasRemoved = true;
            }
        }

        Tidy();
        return hasRemoved;
    }

    private int Find(ReadOnlySpan<byte> name)
    {
        for (PodProbe probe = new(_store.ByName, KeyedHash.Of(name)); probe.TryNext(out int location);)
        {
            if (_store.Get(location).Name.SequenceEqual(name))
            {
                return location;
            }
        }

        return 0;
    }

    private void Tidy()
    {
        if (_store.IsWasteful)
        {
            Volatile.Write(ref _store, _store.Clone(0));
        }
    }
}
