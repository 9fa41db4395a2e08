using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Acl;

/// <summary>Reads every <c>acl</c> of a server block.</summary>
/// <param name="context">The directives.</param>
internal sealed class AclOptionsParser(PluginParseContext context)
{
    /// <summary>How many networks a server block may name in all.</summary>
    internal const int MaxNetworks = 100_000;

    /// <summary>How many different lists of types one <c>acl</c> may have; a query is looked up once for each that has its type.</summary>
    internal const int MaxTypeLists = 64;

    private const string TypeSection = "type";
    private const string All = "*";

    private static readonly string[] Actions = ["allow", "block", "filter", "drop"];
    private static readonly string[] Sections = [TypeSection, "net"];

    private int _networks;

    /// <summary>Reads them; null, and everything that is wrong reported, when something is.</summary>
    public AclOptions? Parse()
    {
        List<AclRule> rules = [];
        bool isRight = true;
        foreach (DirectiveSyntax directive in context.Directives)
        {
            DirectiveReader reader = new(directive, context.Diagnostics);
            isRight &= reader.TryZones(directive.Arguments, context.Keys.Select(static key => key.Zone).Distinct(), out IReadOnlyList<Zone> zones);
            isRight &= TryPolicies(reader, out List<AclPolicy> policies);
            rules.Add(new AclRule(zones, policies));
        }

        return isRight ? new AclOptions(rules) : null;
    }

    private bool TryPolicies(DirectiveReader reader, out List<AclPolicy> policies)
    {
        policies = [];
        HashSet<string> typeLists = new(StringComparer.Ordinal);
        bool isRight = true;
        foreach (DirectiveSyntax line in reader.Directive.Block)
        {
            if (!TryPolicy(reader, line, out AclPolicy? policy))
            {
                isRight = false;
                continue;
            }

            policies.Add(policy);
            if (typeLists.Add(AclRuleTable.KeyOf(policy.Types)) && typeLists.Count > MaxTypeLists)
            {
                reader.Error(
                    line.Place, string.Create(CultureInfo.InvariantCulture, $"more than {MaxTypeLists} different lists of types in an acl, expected no more"));
                return false;
            }

            if (_networks > MaxNetworks)
            {
                reader.Error(
                    line.Place, string.Create(CultureInfo.InvariantCulture, $"more than {MaxNetworks} networks in acl, expected no more in a server block"));
                return false;
            }
        }

        return isRight;
    }

    private bool TryPolicy(DirectiveReader reader, DirectiveSyntax syntax, [NotNullWhen(true)] out AclPolicy? policy)
    {
        policy = null;
        AclAction? action = syntax.Name.Text.ToLowerInvariant() switch
        {
            "allow" => AclAction.Allow,
            "block" => AclAction.Block,
            "filter" => AclAction.Filter,
            "drop" => AclAction.Drop,
            _ => null,
        };
        if (action is null)
        {
            reader.UnknownOption(syntax, Actions);
            return false;
        }

        DirectiveReader line = reader.For(syntax);
        if (!line.ExpectNoBlock())
        {
            return false;
        }

        PolicyScope scope = new();
        bool isRight = true;
        for (int start = 0; start < syntax.Arguments.Count;)
        {
            Token section = syntax.Arguments[start];
            if (!line.TryChoice(section with { Text = section.Text.ToLowerInvariant() }, Sections, out string name))
            {
                return false;
            }

            int end = start + 1;
            while (end < syntax.Arguments.Count && !IsSection(syntax.Arguments[end]))
            {
                end++;
            }

            IReadOnlyList<Token> words = [.. syntax.Arguments.Skip(start + 1).Take(end - start - 1)];
            isRight &= string.Equals(name, TypeSection, StringComparison.Ordinal)
                ? TryTypes(line, section, words, scope)
                : TryNetworks(line, section, words, scope);
            start = end;
        }

        policy = new AclPolicy(action.Value, scope.Types, scope.Networks);
        return isRight;
    }

    private static bool IsSection(Token token) => Sections.Contains(token.Text, StringComparer.OrdinalIgnoreCase);

    private static bool TryTypes(DirectiveReader line, Token section, IReadOnlyList<Token> words, PolicyScope scope)
    {
        if (words.Count == 0)
        {
            line.Error(section.Place, "no type after 'type', expected types such as A, or *");
        }

        bool isRight = words.Count > 0;
        foreach (Token word in words)
        {
            if (string.Equals(word.Text, All, StringComparison.Ordinal))
            {
                scope.AddAllTypes();
                break;
            }

            if (RecordTypes.TryParse(word.Text, out RecordType type))
            {
                scope.Add(type);
                continue;
            }

            string hint = NearMiss.Find(word.Text, Enum.GetNames<RecordType>()) is { } meant ? $"; did you mean '{meant}'?" : "";
            line.Error(word.Place, $"'{word.Text}' is no type, expected one such as A or TYPE65{hint}");
            isRight = false;
        }

        return isRight;
    }

    private bool TryNetworks(DirectiveReader line, Token section, IReadOnlyList<Token> words, PolicyScope scope)
    {
        if (words.Count == 0)
        {
            line.Error(section.Place, "no network after 'net', expected networks such as 10.0.0.0/8, or *");
        }

        bool isRight = words.Count > 0;
        foreach (Token word in words)
        {
            if (string.Equals(word.Text, All, StringComparison.Ordinal))
            {
                scope.AddAllNetworks();
                break;
            }

            if (Subnet.TryParseOrAddress(word.Text, out Subnet network))
            {
                _networks++;
                scope.Add(network);
                continue;
            }

            line.Error(word.Place, $"'{word.Text}' is no network, expected an address, or a network such as 10.0.0.0/8 or 2001:db8::/32");
            isRight = false;
        }

        return isRight;
    }

    /// <summary>What a line is for, while it is read: all that its sections name, and all there is where they name nothing.</summary>
    private sealed class PolicyScope
    {
        private static readonly Subnet[] AllNetworks = [Subnet.Parse("0.0.0.0/0"), Subnet.Parse("::/0")];

        private readonly SortedSet<RecordType> _types = [];
        private readonly List<Subnet> _networks = [];
        private bool _hasAllTypes;
        private bool _hasAllNetworks;

        public IReadOnlyList<RecordType> Types => _hasAllTypes ? [] : [.. _types];

        public IReadOnlyList<Subnet> Networks => _hasAllNetworks || _networks.Count == 0 ? AllNetworks : _networks;

        public void Add(RecordType type) => _types.Add(type);

        public void Add(Subnet network) => _networks.Add(network);

        public void AddAllTypes() => _hasAllTypes = true;

        public void AddAllNetworks() => _hasAllNetworks = true;
    }
}
