using System.Text;
using System.Text.RegularExpressions;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.GoText.RegularExpressions;
using ClusterDns.GoText.Templates;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Template;

/// <summary>Reads one <c>template</c>.</summary>
/// <param name="reader">The directive.</param>
/// <param name="context">Its server block.</param>
internal sealed class TemplateRuleParser(DirectiveReader reader, PluginParseContext context)
{
    private const string Usage = "template CLASS TYPE [ZONES...]";

    private static readonly string[] Options = ["match", "answer", "additional", "authority", "rcode", "ederror", "fallthrough"];

    private readonly List<NameMatch> _matches = [];
    private readonly List<RecordTemplate> _answers = [];
    private readonly List<RecordTemplate> _additional = [];
    private readonly List<RecordTemplate> _authority = [];
    private ResponseCode _code;
    private TemplateExtendedError? _extendedError;
    private IReadOnlyList<Zone> _fallthrough = [];

    /// <summary>Reads it; null when an error was reported.</summary>
    public TemplateRule? Parse()
    {
        if (!reader.ExpectArguments(2, int.MaxValue, Usage))
        {
            return null;
        }

        bool isRight = TryParseClass(reader.Arguments[0], out RecordClass recordClass) & TryParseType(reader.Arguments[1], out RecordType type);
        isRight &= reader.TryZones(
            reader.Arguments.Skip(2), context.Keys.Select(static key => key.Zone).Distinct(), out IReadOnlyList<Zone> zones);
        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            isRight &= TryParseOption(reader.For(option), option);
        }

        return isRight
            ? new TemplateRule(
                recordClass, type, zones, _matches.Count > 0 ? _matches : [NameMatch.All], _answers, _additional, _authority, _code, _extendedError, _fallthrough)
            : null;
    }

    private bool TryParseOption(DirectiveReader option, DirectiveSyntax syntax)
    {
        switch (option.Name)
        {
            case "match":
                return option.ExpectArguments(1, int.MaxValue, "match REGEX...") && option.Arguments.All(expression => TryAddMatch(option, expression));
            case "answer":
                return TryAddRecords(option, _answers);
            case "additional":
                return TryAddRecords(option, _additional);
            case "authority":
                return TryAddRecords(option, _authority);
            case "rcode":
                return option.ExpectArguments(1, 1, "rcode CODE") && TryParseCode(option.Arguments[0]);
            case "ederror":
                return option.ExpectArguments(1, 2, "ederror CODE [REASON]") && TryParseExtendedError(option);
            case "fallthrough":
                return option.TryZonesOrRoot(option.Arguments, out _fallthrough);
            case "upstream":
                context.Diagnostics.Warning(syntax.Place, "upstream of template has no meaning any more, aliases are followed without it");
                return true;
            case "var" or "expr":
                option.Error(syntax.Place, $"option '{option.Name}' of template is not built into this version, expected {string.Join(", ", Options)}");
                return false;
            default:
                reader.UnknownOption(syntax, Options);
                return false;
        }
    }

    private bool TryAddMatch(DirectiveReader option, Token expression)
    {
        if (!GoRegex.TryCompile(expression.Text, out Regex? regex, out IReadOnlyList<string> names, out string problem))
        {
            option.Error(expression.Place, problem);
            return false;
        }

        _matches.Add(new NameMatch(expression.Text, regex, names));
        return true;
    }

    private bool TryAddRecords(DirectiveReader option, List<RecordTemplate> records)
    {
        bool isRight = option.ExpectArguments(1, int.MaxValue, $"{option.Name} RECORD");
        foreach (Token record in option.Arguments)
        {
            if (!GoTemplate.TryParse(option.Name, record.Text, QueryData.DataShape, out GoTemplate? template, out string? problem))
            {
                option.Error(record.Place, $"the template of {option.Name} cannot be read: {problem}");
                isRight = false;
                continue;
            }

            RecordTemplate added = new(option.Name, template);
            if (added.Warning is not null)
            {
                context.Diagnostics.Warning(
                    record.Place, $"the record of {option.Name} is none: {added.Warning}; queries that match get SERVFAIL");
            }

            records.Add(added);
        }

        return isRight;
    }

    private bool TryParseCode(Token token)
    {
        if (ResponseCodes.TryParse(token.Text, out _code))
        {
            return true;
        }

        reader.Error(token.Place, $"'{token.Text}' is no response code, expected one such as NXDOMAIN or REFUSED");
        return false;
    }

    private bool TryParseExtendedError(DirectiveReader option)
    {
        if (!option.TryInteger(option.Arguments[0], 0, ushort.MaxValue, out int code))
        {
            return false;
        }

        byte[] text = option.Arguments.Count > 1 ? Encoding.UTF8.GetBytes(option.Arguments[1].Text) : [];
        if (text.Length > byte.MaxValue)
        {
            option.Error(option.Arguments[1].Place, $"the reason of ederror has {text.Length} bytes, expected at most {byte.MaxValue}");
            return false;
        }

        _extendedError = new TemplateExtendedError((ushort)code, text);
        return true;
    }

    private bool TryParseClass(Token token, out RecordClass recordClass)
    {
        bool isRight = RecordClasses.TryParse(token.Text, out recordClass);
        if (!isRight)
        {
            reader.Error(token.Place, $"'{token.Text}' is no class, expected one such as IN or ANY");
        }

        return isRight;
    }

    private bool TryParseType(Token token, out RecordType type)
    {
        bool isRight = RecordTypes.TryParse(token.Text, out type);
        if (!isRight)
        {
            reader.Error(token.Place, $"'{token.Text}' is no record type, expected one such as A, PTR or ANY");
        }

        return isRight;
    }
}
