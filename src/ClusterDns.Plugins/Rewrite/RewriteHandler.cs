using System.Runtime.CompilerServices;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;
using ClusterDns.Plugins.Rewrite.Responses;
using ClusterDns.Plugins.Rewrite.Rules;

namespace ClusterDns.Plugins.Rewrite;

/// <summary>
/// Rewrites queries on their way down, and responses on their way up: rules apply in the order of the file, and what they do to the response is
/// done in reverse order. The client gets its own question back, whatever happens below.
/// </summary>
internal sealed class RewriteHandler : PluginHandler
{
    /// <summary>How many queries are in flight, as a rule, to which rules apply.</summary>
    private const int MaxIdle = 64;

    private readonly RewriteRule[] _rules;
    private readonly RuleIndex _index;
    private readonly PassedOptions? _options;
    private readonly IdleStack<AppliedRules> _idle = new(MaxIdle);

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="options">The rules.</param>
    public RewriteHandler(PluginHandler next, RewriteOptions options)
        : base(next)
    {
        _rules = [.. options.Rules];
        _index = new RuleIndex([.. options.Rules.Select(static rule => rule.Pattern)]);
        EdnsOptionCode[] codes = [.. options.Rules.OfType<EdnsRule>().Select(static rule => rule.Code).Distinct()];
        _options = codes.Length > 0 ? new PassedOptions(codes) : null;
    }

    /// <inheritdoc/>
    public override string Name => "rewrite";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (!TryApply(query, out AppliedRules? applied))
        {
            return ValueTask.CompletedTask;
        }

        if (applied is null && _options is null)
        {
            return NextAsync(query);
        }

        ValueTask below;
        try
        {
            below = NextAsync(query);
        }
        catch
        {
            query.RestoreAsked();
            throw;
        }

        return below.IsCompletedSuccessfully ? RestoreAsync(query, applied) : AwaitAsync(below, query, applied);
    }

    /// <summary>Applies the rules; false where one would ask for what is not a domain name, and the response says so.</summary>
    [SkipLocalsInit]
    private bool TryApply(Query query, out AppliedRules? applied)
    {
        applied = null;
        NameText name = new(stackalloc byte[NameText.MaxLength], stackalloc char[NameText.MaxLength]);
        if (_index.HasPatterns)
        {
            name.Set(query.Name);
        }

        RuleWalk walk = new(_index);
        for (int i = walk.Next(ref name, 0); i != RuleIndex.None; i = walk.Next(ref name, i + 1))
        {
            RewriteRule rule = _rules[i];
            if (!rule.IsFor(query))
            {
                continue;
            }

            applied ??= Rent(query);
            applied.Current = i;
            RuleOutcome outcome = rule.Apply(query, ref name, applied);
            switch (outcome)
            {
                case RuleOutcome.Invalid:
                    query.RestoreAsked();
                    query.Response.Fail(Name, ResponseCode.ServFail, $"invalid name after rewrite: {rule.Pattern!.Describe(ref name)}");
                    return false;
                case RuleOutcome.Renamed:
                    name.Set(query.Name);
                    walk.Renew();
                    break;
            }

            if (outcome != RuleOutcome.Ignored && !rule.Continues)
            {
                break;
            }
        }

        return true;
    }

    private AppliedRules Rent(Query query)
    {
        AppliedRules applied = _idle.Take() ?? new AppliedRules(_idle);
        query.Hold(applied);
        return applied;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask below, Query query, AppliedRules? applied)
    {
        try
        {
            await below;
        }
        catch
        {
            query.RestoreAsked();
            throw;
        }

        await RestoreAsync(query, applied);
    }

    private ValueTask RestoreAsync(Query query, AppliedRules? applied)
    {
        Response response = query.Response;
        if (response.Status != ResponseStatus.Dropped)
        {
            _options?.Pass(query);
            if (applied is { Count: > 0 })
            {
                WriteOutOwners(response, applied);
                return RewriteAsync(query, applied, applied.Count - 1);
            }
        }

        query.RestoreAsked();
        return ValueTask.CompletedTask;
    }

    private static void WriteOutOwners(Response response, AppliedRules applied)
    {
        if (applied.IsRenamed)
        {
            RecordNames.WriteOutOwners(response, applied.Octets, applied.LastName);
        }
    }

    /// <summary>Rewrites the response by rules from one on, the last that applied first.</summary>
    private ValueTask RewriteAsync(Query query, AppliedRules applied, int last)
    {
        for (int i = last; i >= 0; i--)
        {
            ref readonly AppliedRule step = ref applied[i];
            RewriteRule rule = _rules[step.Rule];
            if (rule is TargetRule target)
            {
                ValueTask followed = AliasRewriting.RewriteAsync(query, target.Target);
                if (!followed.IsCompletedSuccessfully)
                {
                    return AwaitAsync(followed, query, applied, i - 1);
                }
            }
            else if (!rule.TryRewriteResponse(query.Response, applied, in step))
            {
                Fail(query.Response);
                break;
            }
        }

        Finish(query, applied);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask followed, Query query, AppliedRules applied, int last)
    {
        try
        {
            await followed;
        }
        catch
        {
            query.RestoreAsked();
            throw;
        }

        await RewriteAsync(query, applied, last);
    }

    private void Fail(Response response)
        => response.Fail(Name, ResponseCode.ServFail, "invalid name after rewrite of the response");

    private void Finish(Query query, AppliedRules applied)
    {
        Response response = query.Response;
        query.RestoreAsked();
        if (applied.IsRenamed)
        {
            RecordNames.TakeInOwners(response, query.QuestionName);
        }

        if (response.Stream is { } messages)
        {
            response.Stream = Rewrite(messages, query, applied);
        }
    }

    /// <summary>Apart, so that only an answer of many messages pays for what it remembers.</summary>
    private RewrittenStream Rewrite(ResponseStream messages, Query query, AppliedRules applied)
        => new(messages, response => TryRewriteNext(query, response, applied));

    /// <summary>Rewrites a further message of an answer of many. Its aliases are not followed, as it is a part of a zone.</summary>
    private bool TryRewriteNext(Query query, Response response, AppliedRules applied)
    {
        WriteOutOwners(response, applied);
        for (int i = applied.Count - 1; i >= 0; i--)
        {
            ref readonly AppliedRule step = ref applied[i];
            if (!_rules[step.Rule].TryRewriteResponse(response, applied, in step))
            {
                return false;
            }
        }

        if (applied.IsRenamed)
        {
            RecordNames.TakeInOwners(response, query.QuestionName);
        }

        return true;
    }
}
