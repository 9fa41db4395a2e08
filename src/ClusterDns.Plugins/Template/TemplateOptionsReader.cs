using System.Text;
using System.Text.RegularExpressions;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Wire;
using ClusterDns.GoText.RegularExpressions;
using ClusterDns.GoText.Templates;

namespace ClusterDns.Plugins.Template;

/// <summary>Reads every <c>template</c> of a server block.</summary>
internal static class TemplateOptionsReader
{
    private static readonly OptionValue<NameMatch> Match = new("REGEX", "regular expression", "RE2 syntax", TryReadMatch);
    private static readonly OptionValue<RecordTemplate> Record = new("RECORD", "template", "a record with {{ actions }}", TryReadRecord);
    private static readonly OptionValue<byte[]> Reason =
        Values.Text("REASON").Select(Encoding.UTF8.GetBytes).Where(static text => text.Length <= byte.MaxValue, "at most 255 bytes");

    /// <summary>The reader.</summary>
    public static IOptionsReader<TemplateOptions> Reader { get; } = new OptionsReader<TemplateRule>(static _ =>
        new TemplateRule(RecordClass.IN, RecordType.ANY, [], [], [], [], [], ResponseCode.NoError, null, TemplateComputations.None, []) { Reading = new ComputationReader() })
        .Argument(Values.RecordClass, static (rule, value) => rule with { Class = value })
        .Argument(Values.RecordType, static (rule, value) => rule with { Type = value })
        .Zones(static (rule, zones) => rule with { Zones = zones })
        .List("match", Match, static (rule, matches) => rule with { Matches = [.. rule.Matches, .. matches] })
        .List("answer", Record, static (rule, records) => rule with { Answers = [.. rule.Answers, .. records] })
        .List("additional", Record, static (rule, records) => rule with { Additional = [.. rule.Additional, .. records] })
        .List("authority", Record, static (rule, records) => rule with { Authority = [.. rule.Authority, .. records] })
        .Option("rcode", Values.ResponseCode.As("CODE"), static (rule, code) => rule with { Code = code })
        .Option("ederror", static line => line
            .Argument(Values.Integer(0, ushort.MaxValue).As("CODE"), static (rule, code) => rule with { ExtendedError = new TemplateExtendedError((ushort)code, default) })
            .Optional(Reason, static (rule, text) => rule with { ExtendedError = rule.ExtendedError is { } error ? error with { Text = text } : null }))
        .Option("var", "NAME EXPRESSION", static (rule, line) => rule.Reading.ReadVariable(rule, line))
        .Option("expr", "EXPRESSION", static (rule, line) => rule.Reading.ReadCondition(rule, line))
        .Fallthrough(static (rule, zones) => rule with { Fallthrough = zones })
        .Ignored("upstream", "CNAMEs are always followed")
        .Complete(static (rule, _) => rule with { Matches = rule.Matches.Count > 0 ? rule.Matches : [NameMatch.All], Computations = rule.Reading.Result })
        .Each(static rules => new TemplateOptions(rules));

    private static bool TryReadMatch(DirectiveReader line, Token word, out NameMatch match)
    {
        bool isValid = GoRegex.TryCompile(word.Text, out Regex? regex, out IReadOnlyList<string> names, out string problem);
        match = new NameMatch(word.Text, regex, names);
        if (!isValid)
        {
            line.Error(word.Place, problem);
        }

        return isValid;
    }

    private static bool TryReadRecord(DirectiveReader line, Token word, out RecordTemplate record)
    {
        if (!GoTemplate.TryParse(line.Name, word.Text, QueryData.DataShape, out GoTemplate? template, out string? problem))
        {
            line.Error(word.Place, $"invalid template for {line.Name}: {problem}");
            record = null!;
            return false;
        }

        record = new RecordTemplate(line.Name, template);
        if (record.Warning is not null)
        {
            line.Warn(word.Place, $"'{line.Name}' does not produce a valid record ({record.Warning}); matching queries get SERVFAIL");
        }

        return true;
    }
}
