using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// What queries are answered from: a cluster's names and addresses, found by what a query holds. Any thread reads, without a lock;
/// <see cref="ClusterIndexWriter"/> alone writes.
/// </summary>
internal sealed class ClusterIndex
{
    private uint _lastChange;
    private volatile bool _isSynced;
    private volatile string _unsyncedReason = "";
    private volatile byte[] _unsyncedText = [];
    private volatile bool _namespacesAreKnown = true;

    /// <summary>Whether everything that the cluster has was seen once.</summary>
    public bool IsSynced
    {
        get => _isSynced;
        internal set => _isSynced = value;
    }

    /// <summary>Why it is not synced, as an extended error's text (RFC 8914); empty where the reason is not known.</summary>
    public ReadOnlyMemory<byte> UnsyncedText => _unsyncedText;

    /// <summary>The same for logs; empty once it is synced.</summary>
    public string UnsyncedReason => _isSynced ? "" : _unsyncedReason;

    /// <summary>Says why it is not synced.</summary>
    /// <param name="reason">Which kinds are not known, and why.</param>
    internal void SetUnsyncedReason(string reason)
    {
        _unsyncedReason = reason;
        _unsyncedText = NotReadyAnswer.CreateText(reason);
    }

    /// <summary>Whether it is known which namespaces there are; where the server may not be asked, any may exist.</summary>
    public bool NamespacesAreKnown
    {
        get => _namespacesAreKnown;
        internal set => _namespacesAreKnown = value;
    }

    /// <summary>When something last changed, in seconds since 1970: the SOA's serial.</summary>
    public uint LastChange
    {
        get => Volatile.Read(ref _lastChange);
        internal set => Volatile.Write(ref _lastChange, value);
    }

    internal WireTable<NamespaceEntry> Namespaces { get; } = new();

    internal WireTable<ServiceEntry> Services { get; } = new();

    internal WireTable<AddressOwners> Addresses { get; } = new();

    internal WireTable<AddressOwners> ExternalAddresses { get; } = new();

    internal WireTable<ServiceEntry> Imports { get; } = new();

    internal WireTable<AddressOwners> ImportAddresses { get; } = new();

    internal PodTable Pods { get; } = new();

    /// <summary>Whether a namespace exists, or may.</summary>
    /// <param name="label">Its name as one label in wire form, in lower case.</param>
    public bool HasNamespace(ReadOnlySpan<byte> label) => Namespaces.TryLocate(label, out _) || !_namespacesAreKnown;

    /// <summary>A Service with its endpoints.</summary>
    /// <param name="key">Service and namespace as two labels in wire form, in lower case.</param>
    public ServiceEntry? FindService(ReadOnlySpan<byte> key) => Services.Find(key);

    /// <summary>Where a Service with its endpoints is found.</summary>
    /// <param name="key">Service and namespace as two labels in wire form, in lower case.</param>
    /// <param name="isImported">Whether it is one that is imported from the clusters of a set.</param>
    /// <param name="place">The place.</param>
    public bool TryLocateService(ReadOnlySpan<byte> key, bool isImported, out WireTable<ServiceEntry>.Place place)
        => (isImported ? Imports : Services).TryLocate(key, out place);

    /// <summary>What an address belongs to.</summary>
    /// <param name="key">The address in 16 bytes, IPv4 mapped.</param>
    public AddressOwners? FindAddress(ReadOnlySpan<byte> key) => Addresses.Find(key);

    /// <summary>The Services that clients outside the cluster reach by an address.</summary>
    /// <param name="key">The address in 16 bytes, IPv4 mapped.</param>
    public AddressOwners? FindExternalAddress(ReadOnlySpan<byte> key) => ExternalAddresses.Find(key);

    /// <summary>A Service that is imported from the clusters of a set, with its endpoints.</summary>
    /// <param name="key">Service and namespace as two labels in wire form, in lower case.</param>
    public ServiceEntry? FindImport(ReadOnlySpan<byte> key) => Imports.Find(key);

    /// <summary>What an address belongs to among imported Services.</summary>
    /// <param name="key">The address in 16 bytes, IPv4 mapped.</param>
    public AddressOwners? FindImportAddress(ReadOnlySpan<byte> key) => ImportAddresses.Find(key);

    /// <summary>How many Pods of a namespace have an address as their primary one.</summary>
    /// <param name="namespaceLabel">The namespace as one label in wire form, in lower case.</param>
    /// <param name="address">The address, 4 or 16 bytes.</param>
    public int CountPods(ReadOnlySpan<byte> namespaceLabel, ReadOnlySpan<byte> address) => Pods.Count(namespaceLabel, address);

    /// <summary>The Pod that has an address as its primary one.</summary>
    /// <param name="address">The address, 4 or 16 bytes.</param>
    /// <param name="pod">The Pod; of several that share a host's address, always the same.</param>
    public bool TryFindPod(scoped ReadOnlySpan<byte> address, out PodRecord pod) => Pods.TryFind(address, out pod);
}
