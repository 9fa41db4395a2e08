using System.Runtime.CompilerServices;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Template;

/// <summary>Runs through the templates in order: the first that a query matches answers it.</summary>
/// <param name="next">The link below.</param>
/// <param name="options">The templates.</param>
/// <param name="metrics">Counts what matches and what fails.</param>
internal sealed class TemplateHandler(PluginHandler next, TemplateOptions options, TemplateMetrics metrics) : PluginHandler(next)
{
    private readonly PreparedRule[] _rules = [.. options.Rules.Select(static rule => new PreparedRule(rule))];
    private readonly RecordAdder _adder = new(metrics);

    /// <inheritdoc/>
    public override string Name => "template";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        foreach (PreparedRule prepared in _rules)
        {
            if (!prepared.Takes(query) || prepared.Zones.Match(query) is not { } zone)
            {
                continue;
            }

            if (FindMatch(query, prepared.Matches) is { } match)
            {
                Answering answering = new(query, prepared.Rule, zone, match);
                if (prepared.Rule.Computations.IsEmpty)
                {
                    return AnswerAsync(answering);
                }

                if (!prepared.Rule.Computations.TryEvaluate(answering.Data, out bool areTrue, out ComputationFailure failure))
                {
                    Fail(in answering, in failure);
                    return ValueTask.CompletedTask;
                }

                if (areTrue)
                {
                    return AnswerAsync(answering);
                }
            }

            if (prepared.Fallthrough.Match(query) is null)
            {
                query.Response.Fail(Name, ResponseCode.ServFail, failure: null);
                return ValueTask.CompletedTask;
            }
        }

        return NextAsync(query);
    }

    private void Fail(in Answering answering, in ComputationFailure failure)
    {
        metrics.CountFailure(answering.Context, answering.Rule, answering.Zone, failure.Option, failure.Expression);
        answering.Context.Response.Fail(Name, ResponseCode.ServFail, $"{failure.Option} '{failure.Expression}' failed: {failure.Problem}");
    }

    [SkipLocalsInit]
    private static NameMatch? FindMatch(Query query, NameMatch[] matches)
    {
        if (matches[0].Regex is null)
        {
            return matches[0];
        }

        Span<byte> bytes = stackalloc byte[DomainName.MaxTextLength];
        Span<char> text = stackalloc char[DomainName.MaxTextLength];
        DomainName.TryWriteText(query.Name, bytes, out int length);
        Ascii.ToUtf16(bytes[..length], text, out int written);
        foreach (NameMatch match in matches)
        {
            if (match.Regex!.IsMatch(text[..written]))
            {
                return match;
            }
        }

        return null;
    }

    private ValueTask AnswerAsync(Answering answering)
    {
        Query query = answering.Context;
        TemplateRule rule = answering.Rule;
        metrics.CountMatch(query, rule, answering.Zone);
        if (rule.Code == ResponseCode.ServFail)
        {
            query.Response.Fail(Name, ResponseCode.ServFail, failure: null);
            return ValueTask.CompletedTask;
        }

        query.Response.Answer(Name, rule.Code);
        return AddAnswersAsync(answering, 0);
    }

    private ValueTask AddAnswersAsync(Answering answering, int first)
    {
        Query query = answering.Context;
        IReadOnlyList<RecordTemplate> answers = answering.Rule.Answers;
        for (int i = first; i < answers.Count; i++)
        {
            if (!_adder.TryAdd(ref answering, answers[i], ResponseSection.Answer))
            {
                return ValueTask.CompletedTask;
            }

            if (query.Type is RecordType.A or RecordType.AAAA)
            {
                ValueTask followed = AliasTarget.FollowAsync(query);
                if (!followed.IsCompletedSuccessfully)
                {
                    return AwaitAsync(followed, answering, i + 1);
                }
            }
        }

        bool hasAll = AddAll(ref answering, answering.Rule.Additional, ResponseSection.Additional)
            && AddAll(ref answering, answering.Rule.Authority, ResponseSection.Authority);
        if (hasAll && answering.Rule.ExtendedError is { } error)
        {
            query.Response.SetExtendedError(error.Code, error.Text.Span);
        }

        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask followed, Answering answering, int next)
    {
        await followed;
        await AddAnswersAsync(answering, next);
    }

    private bool AddAll(ref Answering answering, IReadOnlyList<RecordTemplate> records, ResponseSection section)
    {
        for (int i = 0; i < records.Count; i++)
        {
            if (!_adder.TryAdd(ref answering, records[i], section))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A rule with its zones in the order in which they are looked up.</summary>
    private sealed class PreparedRule(TemplateRule rule)
    {
        public TemplateRule Rule => rule;

        public NameMatch[] Matches { get; } = [.. rule.Matches];

        public ZoneSet Zones { get; } = new(rule.Zones);

        public ZoneSet Fallthrough { get; } = new(rule.Fallthrough);

        public bool Takes(Query query)
            => (rule.Class == RecordClass.ANY || query.Class == RecordClass.ANY || query.Class == rule.Class)
                && (rule.Type == RecordType.ANY || query.Type == RecordType.ANY || query.Type == rule.Type);
    }
}

/// <summary>A query and the rule that answers it.</summary>
internal struct Answering(Query query, TemplateRule rule, Zone zone, NameMatch match)
{
    private QueryData? _data;

    /// <summary>The query.</summary>
    public readonly Query Context => query;

    /// <summary>The rule.</summary>
    public readonly TemplateRule Rule => rule;

    /// <summary>The rule's zone that the name is in.</summary>
    public readonly Zone Zone => zone;

    /// <summary>What templates know of the query; made when the first asks.</summary>
    public QueryData Data => _data ??= new QueryData(query, rule, zone, match);
}
