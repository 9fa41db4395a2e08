using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Expressions.Values;
using ClusterDns.GoText.Templates;

namespace ClusterDns.Plugins.Template;

/// <summary>What templates know of a query. Each part is made when it is first asked for.</summary>
/// <param name="query">The query.</param>
/// <param name="rule">The rule that it matched.</param>
/// <param name="zone">The rule's zone that the name is in.</param>
/// <param name="match">What its name matched.</param>
internal sealed class QueryData(Query query, TemplateRule rule, Zone zone, NameMatch match) : ITemplateRecord
{
    private string? _name;
    private MatchGroups? _groups;

    /// <summary>The fields that templates know.</summary>
    public static Shape DataShape { get; } = new("*template.templateData")
    {
        Fields = new Dictionary<string, Shape>(StringComparer.Ordinal)
        {
            ["Zone"] = Shape.Text,
            ["Name"] = Shape.Text,
            ["Regex"] = Shape.Text,
            ["Match"] = Shape.ListOf(Shape.Text),
            ["Group"] = Shape.TextMap,
            ["Class"] = Shape.Text,
            ["Type"] = Shape.Text,
            ["Message"] = MessageData.MessageShape,
            ["Question"] = QuestionData.QuestionShape,
            ["Remote"] = Shape.Text,
            ["Var"] = Shape.AnyMap,
        }.ToFrozenDictionary(StringComparer.Ordinal),
        Methods = ["Meta"],
    };

    /// <inheritdoc/>
    public Shape Shape => DataShape;

    /// <summary>The query.</summary>
    public Query Query => query;

    /// <summary>The values of the rule's variables, in order.</summary>
    public ExpressionValue[] Variables { get; } = rule.Computations.Variables.Count == 0 ? [] : new ExpressionValue[rule.Computations.Variables.Count];

    private string Name => _name ??= DomainName.ToText(query.Name);

    private MatchGroups Groups => _groups ??= new MatchGroups(match, Name);

    /// <inheritdoc/>
    public Value GetField(string name) => name switch
    {
        "Zone" => Value.From(zone.Text),
        "Name" => Value.From(Name),
        "Regex" => Value.From(match.Expression),
        "Match" => Value.From(Groups.ToList()),
        "Group" => Value.From(Groups),
        "Class" => Value.From(TemplateMetrics.ClassOf(query, rule)),
        "Type" => Value.From(TemplateMetrics.TypeOf(query, rule)),
        "Message" => Value.From(new MessageData(query)),
        "Var" => Value.From(new VariableMap(rule.Computations.Variables, Variables)),
        "Question" => Value.From(new QuestionData(query)),
        _ => Value.From(query.Remote.ToIPAddress().ToString()),
    };

    /// <summary>A group of the expression that the name matched, by name or number; null where there is none.</summary>
    /// <param name="key">The name or number.</param>
    public string? FindGroup(string key) => Groups.TryFind(key, out Value value) ? value.Text : null;

    /// <inheritdoc/>
    public Value Invoke(string name, string argument) => Value.From(query.GetMetadata(argument) ?? "");

    /// <summary>The groups of a match, by number and by name.</summary>
    private sealed class MatchGroups : ITemplateMap
    {
        private readonly NameMatch _match;
        private readonly string[] _values;

        public MatchGroups(NameMatch match, string name)
        {
            _match = match;
            if (match.Regex is null)
            {
                _values = [name];
                return;
            }

            GroupCollection groups = match.Regex.Match(name).Groups;
            _values = new string[groups.Count];
            for (int i = 0; i < _values.Length; i++)
            {
                _values[i] = groups[i].Value;
            }
        }

        public int Count => Keys.Count;

        public IReadOnlyList<string> Keys =>
        [
            .. Enumerable.Range(0, _values.Length).Select(static i => i.ToString(CultureInfo.InvariantCulture))
                .Concat(_match.GroupNames.Where(static name => name.Length > 0)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];

        public bool TryFind(string key, out Value value)
        {
            int index = FindIndex(key);
            value = index < 0 ? default : Value.From(_values[index]);
            return index >= 0;
        }

        private int FindIndex(string key)
        {
            for (int i = 1; i < _values.Length; i++)
            {
                if (string.Equals(_match.GroupNames[i], key, StringComparison.Ordinal))
                {
                    return i;
                }
            }

            bool isNumber = int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && (key.Length == 1 || key[0] != '0');
            return isNumber && number < _values.Length ? number : -1;
        }

        public TemplateList ToList() => new("[]string", Array.ConvertAll(_values, static value => Value.From(value)));
    }
}
