using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Acl;

/// <summary>
/// One <c>acl</c>, made for looking up. Policies for the same types share a table of addresses, so that a query costs one search a
/// list of types, however many policies and networks there are, and however they alternate.
/// </summary>
internal sealed class AclRuleTable
{
    private readonly AclAction[] _actions;
    private readonly TypeGroup[] _groups;

    /// <summary>Makes the tables.</summary>
    /// <param name="rule">The <c>acl</c>.</param>
    public AclRuleTable(AclRule rule)
    {
        Zones = new ZoneSet(rule.Zones);
        _actions = [.. rule.Policies.Select(static policy => policy.Action)];

        // Groups are in the order of their first policies.
        _groups =
        [
            .. rule.Policies.Select(static (policy, index) => (Policy: policy, Index: index))
                .GroupBy(static item => KeyOf(item.Policy.Types), StringComparer.Ordinal)
                .Select(static group => new TypeGroup([.. group])),
        ];
    }

    /// <summary>The names that it is for.</summary>
    public ZoneSet Zones { get; }

    /// <summary>Compares lists of types.</summary>
    /// <param name="types">The types, sorted.</param>
    public static string KeyOf(IReadOnlyList<RecordType> types) => string.Join(' ', types.Select(RecordTypes.ToText));

    /// <summary>What the first policy says that is for a query; null when none is.</summary>
    /// <param name="query">The query.</param>
    public AclAction? Find(Query query)
    {
        NetworkEndpoint client = query.Remote;
        ushort type = (ushort)query.Type;
        int first = AddressTable.None;
        foreach (TypeGroup group in _groups)
        {
            if (group.First > first)
            {
                break;
            }

            if (group.IsFor(type))
            {
                first = Math.Min(first, group.Find(in client));
            }
        }

        return first == AddressTable.None ? null : _actions[first];
    }

    /// <summary>The policies for one list of types.</summary>
    private sealed class TypeGroup
    {
        private readonly ushort[] _types;
        private readonly AddressTable _ipv4;
        private readonly AddressTable _ipv6;

        public TypeGroup((AclPolicy Policy, int Index)[] policies)
        {
            First = policies[0].Index;
            _types = [.. policies[0].Policy.Types.Select(static type => (ushort)type)];
            ILookup<bool, AddressRange> ranges = policies
                .SelectMany(static item => item.Policy.Networks.Select(network => (Network: network, item.Index)))
                .ToLookup(
                    static item => item.Network.IsIPv4,
                    static item => new AddressRange(item.Network.Network, item.Network.Last, item.Index));
            _ipv4 = new AddressTable(ranges[true]);
            _ipv6 = new AddressTable(ranges[false]);
        }

        /// <summary>The first of the policies.</summary>
        public int First { get; }

        public bool IsFor(ushort type) => _types.Length == 0 || _types.AsSpan().Contains(type);

        public int Find(in NetworkEndpoint client) => (client.IsIPv4 ? _ipv4 : _ipv6).Find(client.AddressBits);
    }
}
