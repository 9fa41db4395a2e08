using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Acl;

/// <summary>Reads every <c>acl</c> of a server block.</summary>
internal sealed class AclOptionsReader
{
    /// <summary>How many networks a server block may name in all.</summary>
    internal const int MaxNetworks = 100_000;

    /// <summary>How many different lists of types one <c>acl</c> may have; a query is looked up once for each that has its type.</summary>
    internal const int MaxTypeLists = 64;

    private const string All = "*";
    private const string Sections = "[type TYPE...] [net SOURCE...]";

    private static readonly Subnet[] AllNetworks = [Subnet.Parse("0.0.0.0/0"), Subnet.Parse("::/0")];
    private static readonly OptionValue<bool> Section = Values.ChoiceIgnoringCase(("type", true), ("net", false));

    private readonly List<AclRule> _rules = [];
    private readonly HashSet<string> _typeLists = new(StringComparer.Ordinal);
    private List<AclPolicy> _policies = [];
    private int _networks;

    /// <summary>The reader.</summary>
    public static IOptionsReader<AclOptions> Reader { get; } = new OptionsReader<AclOptionsReader>(static _ => new AclOptionsReader())
        .Zones(static (acl, zones) => acl.Begin(zones))
        .Option("allow", Sections, static (acl, line) => acl.Add(AclAction.Allow, line))
        .Option("block", Sections, static (acl, line) => acl.Add(AclAction.Block, line))
        .Option("filter", Sections, static (acl, line) => acl.Add(AclAction.Filter, line))
        .Option("drop", Sections, static (acl, line) => acl.Add(AclAction.Drop, line))
        .IgnoreCase()
        .Select(static acl => new AclOptions(acl._rules));

    private AclOptionsReader Begin(IReadOnlyList<Zone> zones)
    {
        _policies = [];
        _typeLists.Clear();
        _rules.Add(new AclRule(zones, _policies));
        return this;
    }

    private AclOptionsReader Add(AclAction action, DirectiveReader line)
    {
        if (_networks > MaxNetworks || _typeLists.Count > MaxTypeLists)
        {
            return this;
        }

        SortedSet<RecordType>? types = [];
        List<Subnet>? networks = [];
        for (int start = 0; start < line.Arguments.Count;)
        {
            Token section = line.Arguments[start++];
            if (!Section.TryRead(line, section, out bool isType))
            {
                return this;
            }

            IReadOnlyList<Token> words = [.. line.Arguments.Skip(start).TakeWhile(static word => word.Text.ToLowerInvariant() is not ("type" or "net"))];
            start += words.Count;
            if (words.Count == 0)
            {
                line.Error(section.Place, isType ? "missing types after 'type': expected for example A, or *" : "missing networks after 'net': expected for example 10.0.0.0/8, or *");
            }
            else if (isType)
            {
                types = Read(line, words, Values.RecordType, types);
            }
            else
            {
                networks = Read(line, words, NetworkValues.AddressOrNetwork, networks);
            }
        }

        _networks += networks?.Count ?? 0;
        _policies.Add(new AclPolicy(action, types is null ? [] : [.. types], networks is { Count: > 0 } ? networks : AllNetworks));
        ExpectBounds(line, _policies[^1]);
        return this;
    }

    /// <summary>Adds what a section names; null, for all there is, once a section has <c>*</c>.</summary>
    private static TCollection? Read<T, TCollection>(DirectiveReader line, IReadOnlyList<Token> words, OptionValue<T> value, TCollection? found)
        where TCollection : class, ICollection<T>
    {
        foreach (Token word in words)
        {
            if (string.Equals(word.Text, All, StringComparison.Ordinal))
            {
                return null;
            }

            if (value.TryRead(line, word, out T read))
            {
                found?.Add(read);
            }
        }

        return found;
    }

    private void ExpectBounds(DirectiveReader line, AclPolicy policy)
    {
        if (_typeLists.Add(AclRuleTable.KeyOf(policy.Types)) && _typeLists.Count > MaxTypeLists)
        {
            line.Error(line.Directive.Place, string.Create(CultureInfo.InvariantCulture, $"too many different lists of types: at most {MaxTypeLists} in an acl"));
        }

        if (_networks > MaxNetworks)
        {
            line.Error(line.Directive.Place, string.Create(CultureInfo.InvariantCulture, $"too many networks in acl: at most {MaxNetworks} in a server block"));
        }
    }
}
