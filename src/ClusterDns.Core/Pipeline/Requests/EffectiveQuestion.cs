using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// The question that links answer: the client's, or what a link asks in its place. Its lower-case name and its labels are derived once for each
/// question, in buffers that are used again.
/// </summary>
internal struct EffectiveQuestion()
{
    private readonly byte[] _lower = new byte[DomainName.MaxWireLength];
    private readonly byte[] _labelOffsets = new byte[DomainName.MaxLabels + 1];
    private byte[] _source = [];
    private byte[]? _replacement;
    private int _offset;
    private int _length;

    /// <summary>The type.</summary>
    public RecordType Type { get; private set; }

    /// <summary>The class.</summary>
    public RecordClass Class { get; private set; }

    /// <summary>How many labels the name has, without the root.</summary>
    public int LabelCount { get; private set; }

    /// <summary>Whether a link has replaced the client's question.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>The name with its case.</summary>
    public readonly ReadOnlySpan<byte> Name => _source.AsSpan(_offset, _length);

    /// <summary>The name in lower case.</summary>
    public readonly ReadOnlySpan<byte> LowerName => _lower.AsSpan(0, _length);

    /// <summary>Takes the question of a request.</summary>
    /// <param name="request">The array that holds the request from its first byte on.</param>
    /// <param name="view">What was read there.</param>
    public void Take(byte[] request, in QueryView view)
    {
        _source = request;
        _offset = DnsHeader.Length;
        IsReplaced = false;
        Set(view.NameLength, view.Type, view.Class);
    }

    /// <summary>Replaces the question.</summary>
    /// <param name="name">The name in wire form; it may be a part of this question's names.</param>
    /// <param name="type">The type.</param>
    /// <param name="recordClass">The class.</param>
    /// <exception cref="ArgumentException">The name is not one.</exception>
    public void Replace(ReadOnlySpan<byte> name, RecordType type, RecordClass recordClass)
    {
        if (!DomainName.IsValid(name))
        {
            throw new ArgumentException("not a domain name in wire form", nameof(name));
        }

        byte[] replacement = _replacement ??= new byte[DomainName.MaxWireLength];
        name.CopyTo(replacement);
        _source = replacement;
        _offset = 0;
        IsReplaced = true;
        Set(name.Length, type, recordClass);
    }

    /// <summary>Makes the question as new, apart from its buffers.</summary>
    public void Clear()
    {
        _source = [];
        _offset = 0;
        _length = 0;
        Type = default;
        Class = default;
        LabelCount = 0;
        IsReplaced = false;
    }

    /// <summary>Where a label starts in the name, at its length byte.</summary>
    /// <param name="label">0 for the first label; <see cref="LabelCount"/> for the root.</param>
    public readonly int GetLabelOffset(int label)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(label, LabelCount);
        return _labelOffsets[label];
    }

    private void Set(int length, RecordType type, RecordClass recordClass)
    {
        _length = length;
        Type = type;
        Class = recordClass;
        DomainName.ToLowerInvariant(Name, _lower);
        byte[] lower = _lower;
        byte[] labelOffsets = _labelOffsets;
        int labels = 0;
        int offset = 0;
        while (lower[offset] != 0)
        {
            labelOffsets[labels++] = (byte)offset;
            offset += lower[offset] + 1;
        }

        labelOffsets[labels] = (byte)offset;
        LabelCount = labels;
    }
}
