using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>What a rule does to an EDNS option.</summary>
internal enum EdnsAction : byte
{
    /// <summary>Gives the option new data, or adds it.</summary>
    Set,

    /// <summary>Adds the option.</summary>
    Append,

    /// <summary>Gives the option new data where the query has it.</summary>
    Replace,

    /// <summary>Removes the option.</summary>
    Unset,
}

/// <summary>Changes an EDNS option of queries, and of responses where it is to be changed back.</summary>
/// <param name="continues">Whether rules after this one are tried where it applies.</param>
/// <param name="code">The option.</param>
/// <param name="action">What is done to it.</param>
/// <param name="data">The option's data.</param>
/// <param name="reverts">Whether responses have the option as the query had it before.</param>
internal sealed class EdnsRule(bool continues, EdnsOptionCode code, EdnsAction action, EdnsData data, bool reverts) : RewriteRule(continues)
{
    /// <summary>The UDP payload size that is written where a query has no EDNS, as CoreDNS has it.</summary>
    private const ushort DefaultUdpSize = 4096;

    /// <summary>The option.</summary>
    public EdnsOptionCode Code => code;

    /// <summary>Whether clients get their own data back. As in CoreDNS, a client that sends NSID or a subnet of its own gets what the upstream answered.</summary>
    private bool IsLocal => code is not (EdnsOptionCode.NameServerIdentifier or EdnsOptionCode.ClientSubnet);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override RuleOutcome Apply(Query query, ref NameText name, AppliedRules applied)
    {
        Span<byte> buffer = stackalloc byte[EdnsData.MaxLength];
        if (query.IsSigned || !data.TryWrite(query, buffer, out int length))
        {
            // A signature covers the options.
            return RuleOutcome.Ignored;
        }

        query.EnsureEdns(DefaultUdpSize);
        if (action == EdnsAction.Unset)
        {
            query.RemoveOption(code);
            return RuleOutcome.Applied;
        }

        bool isPresent = query.TryGetOption(code, out ReadOnlySpan<byte> before);
        if (isPresent ? action == EdnsAction.Append && !data.MayRepeat : action == EdnsAction.Replace)
        {
            return RuleOutcome.Ignored;
        }

        bool isReplaced = isPresent && action != EdnsAction.Append;
        if (reverts && !isReplaced)
        {
            applied.AddOption();
        }
        else if (reverts && IsLocal)
        {
            applied.AddData(before);
        }

        _ = isReplaced ? query.SetOption(code, buffer[..length]) : query.AppendOption(code, buffer[..length]);
        return RuleOutcome.Applied;
    }

    /// <inheritdoc/>
    public override bool TryRewriteResponse(Response response, AppliedRules applied, in AppliedRule step)
    {
        if (step.BeforeLength == AppliedRule.Nothing)
        {
            response.Options.Remove(code);
        }
        else if (response.Options.TryFind(code, out _))
        {
            response.Options.TrySet(code, applied.Octets.AsSpan(step.Before, step.BeforeLength));
        }

        return true;
    }
}
