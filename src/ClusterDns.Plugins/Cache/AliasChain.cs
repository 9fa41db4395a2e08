using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache.Store;

namespace ClusterDns.Plugins.Cache;

/// <summary>
/// Whether an answer section answers its question: whether it has the type that was asked at the end of the chain of CNAME
/// records that begins at the name that was asked (RFC 1034 section 3.6.2). Records of other owner names count for nothing, and
/// a chain that forks or loops has no end.
/// </summary>
/// <param name="answers">The answer section, packed.</param>
/// <param name="count">How many records it has.</param>
/// <param name="questionClass">The class that was asked.</param>
internal readonly ref struct AliasChain(ReadOnlySpan<byte> answers, int count, RecordClass questionClass)
{
    private readonly ReadOnlySpan<byte> _answers = answers;

    /// <summary>Whether the section answers a question.</summary>
    /// <param name="name">The name that was asked.</param>
    /// <param name="type">The type that was asked.</param>
    public bool Answers(ReadOnlySpan<byte> name, RecordType type)
    {
        ReadOnlySpan<byte> owner = name;
        if (type == RecordType.ANY)
        {
            return HasRecord(name, owner, type);
        }

        if (type == RecordType.CNAME)
        {
            return TryFindTarget(name, owner, out ReadOnlySpan<byte> alias) && !alias.IsEmpty;
        }

        // A chain without a loop takes each record once at most.
        for (int steps = 0; steps <= count; steps++)
        {
            if (!TryFindTarget(name, owner, out ReadOnlySpan<byte> target))
            {
                return false;
            }

            if (target.IsEmpty)
            {
                return HasRecord(name, owner, type);
            }

            owner = target;
        }

        return false;
    }

    /// <summary>The name at the end of the aliases: the one that an answer without records of the type denies (RFC 2308 section 2.1).</summary>
    /// <param name="name">The name that was asked.</param>
    /// <param name="type">The type that was asked; a query for aliases follows none.</param>
    /// <param name="end">The name.</param>
    /// <returns>False where aliases fork or loop.</returns>
    public bool TryFindEnd(ReadOnlySpan<byte> name, RecordType type, out ReadOnlySpan<byte> end)
    {
        end = name;
        if (type is RecordType.CNAME or RecordType.ANY)
        {
            return true;
        }

        for (int steps = 0; steps <= count; steps++)
        {
            if (!TryFindTarget(name, end, out ReadOnlySpan<byte> target))
            {
                return false;
            }

            if (target.IsEmpty)
            {
                return true;
            }

            end = target;
        }

        return false;
    }

    private bool HasRecord(ReadOnlySpan<byte> name, ReadOnlySpan<byte> owner, RecordType type)
    {
        for (int i = 0, position = 0; i < count; i++)
        {
            CachedRecord record = CachedRecord.Read(_answers, position);
            position = record.End;
            if ((type == RecordType.ANY || record.Type == type) && IsOf(in record, name, owner))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The target of an owner's CNAME, empty for none; false when there are several.</summary>
    private bool TryFindTarget(ReadOnlySpan<byte> name, ReadOnlySpan<byte> owner, out ReadOnlySpan<byte> target)
    {
        target = default;
        for (int i = 0, position = 0; i < count; i++)
        {
            CachedRecord record = CachedRecord.Read(_answers, position);
            position = record.End;
            if (record.Type != RecordType.CNAME || !IsOf(in record, name, owner))
            {
                continue;
            }

            ReadOnlySpan<byte> found = _answers[record.RdataOffset..record.End];
            if (!target.IsEmpty && !DomainName.Equals(found, target))
            {
                return false;
            }

            target = found;
        }

        return true;
    }

    private bool IsOf(in CachedRecord record, ReadOnlySpan<byte> name, ReadOnlySpan<byte> owner)
        => (questionClass == RecordClass.ANY || record.Class == questionClass) &&
            DomainName.Equals(record.OwnerLength == 0 ? name : _answers.Slice(record.OwnerOffset, record.OwnerLength), owner);
}
