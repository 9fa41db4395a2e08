using System.Runtime.InteropServices;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>A rule that applied to a query.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AppliedRule
{
    /// <summary>What <see cref="BeforeLength"/> is where there was nothing before.</summary>
    public const int Nothing = -1;

    /// <summary>The rule's number.</summary>
    public int Rule { get; init; }

    /// <summary>Where what the rule replaced starts: the name, or the data of an option.</summary>
    public int Before { get; init; }

    /// <summary>How long that is.</summary>
    public int BeforeLength { get; init; }

    /// <summary>Where the name starts that the rule gave the query.</summary>
    public int After { get; init; }

    /// <summary>How long that is; 0 where the name is as before.</summary>
    public int AfterLength { get; init; }
}

/// <summary>
/// The rules that applied to one query, in order, and the names in between: what the way up needs. The query holds it until it is over, since
/// its response points into it.
/// </summary>
/// <param name="idle">Where it lies between queries.</param>
internal sealed class AppliedRules(IdleStack<AppliedRules> idle) : QueryResource
{
    private const int KeptRules = 8;
    private const int KeptOctets = 4 * DomainName.MaxWireLength;

    private readonly AppliedRule[] _keptRules = new AppliedRule[KeptRules];
    private readonly byte[] _keptOctets = new byte[KeptOctets];
    private AppliedRule[]? _moreRules;
    private byte[]? _moreOctets;
    private int _used;
    private int _lastName;
    private int _lastNameLength;

    /// <summary>How many rules are remembered.</summary>
    public int Count { get; private set; }

    /// <summary>The number of the rule that is applied now.</summary>
    public int Current { get; set; }

    /// <summary>Whether the name is another than the one that was asked.</summary>
    public bool IsRenamed { get; private set; }

    /// <summary>The octets that <see cref="AppliedRule.Before"/> and <see cref="AppliedRule.After"/> are places in.</summary>
    public byte[] Octets => _moreOctets ?? _keptOctets;

    /// <summary>A rule that is remembered.</summary>
    /// <param name="index">0 for the first.</param>
    public ref readonly AppliedRule this[int index] => ref Rules[index];

    private AppliedRule[] Rules => _moreRules ?? _keptRules;

    /// <summary>Remembers the rule that is applied now, for the way up.</summary>
    public void Add() => Add(default);

    /// <summary>Remembers the rule that is applied now, and the data of the option that it replaced.</summary>
    /// <param name="data">The data.</param>
    public void AddData(ReadOnlySpan<byte> data) => Add(new AppliedRule { Before = Keep(data), BeforeLength = data.Length });

    /// <summary>Remembers that the rule that is applied now added an option.</summary>
    public void AddOption() => Add(new AppliedRule { BeforeLength = AppliedRule.Nothing });

    /// <summary>Remembers octets.</summary>
    /// <param name="octets">The octets.</param>
    /// <returns>Where they are in <see cref="Octets"/>.</returns>
    public int Keep(ReadOnlySpan<byte> octets)
    {
        if (Octets.Length - _used < octets.Length)
        {
            byte[] more = new byte[Math.Max(2 * Octets.Length, _used + octets.Length)];
            Octets.CopyTo(more, 0);
            _moreOctets = more;
        }

        int place = _used;
        octets.CopyTo(Octets.AsSpan(place));
        _used += octets.Length;
        return place;
    }

    /// <summary>Remembers that the rule that is applied now gave the query another name.</summary>
    /// <param name="before">The name before.</param>
    /// <param name="after">The name.</param>
    public void AddName(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        if (!IsRenamed)
        {
            IsRenamed = true;
            _lastName = Keep(before);
            _lastNameLength = before.Length;
        }

        int place = Keep(after);
        Add(new AppliedRule { Before = _lastName, BeforeLength = _lastNameLength, After = place, AfterLength = after.Length });
        _lastName = place;
        _lastNameLength = after.Length;
    }

    /// <summary>Where the name is that the links below see; only where <see cref="IsRenamed"/>.</summary>
    public int LastName => _lastName;

    /// <inheritdoc/>
    public override void Release()
    {
        _moreRules = null;
        _moreOctets = null;
        _used = 0;
        Count = 0;
        IsRenamed = false;
        idle.Return(this);
    }

    private void Add(AppliedRule rule)
    {
        if (Count == Rules.Length)
        {
            AppliedRule[] more = new AppliedRule[2 * Count];
            Rules.CopyTo(more, 0);
            _moreRules = more;
        }

        Rules[Count++] = rule with { Rule = Current };
    }
}
