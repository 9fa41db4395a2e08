using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Rewrite.Responses;

/// <summary>
/// Gives records other names. The octets of records may be those of a cache, which other responses have too: new names are written into the
/// response's arena, and the record points to them.
/// </summary>
internal static class RecordNames
{
    /// <summary>Gives records that are owned by the name of the question an owner of their own, as the question is about to change.</summary>
    /// <param name="response">The response.</param>
    /// <param name="source">The array that holds the name.</param>
    /// <param name="offset">Where the name starts.</param>
    public static void WriteOutOwners(Response response, byte[] source, int offset)
    {
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref ResponseRecord record in response[section].Span)
            {
                if (record.OwnerSource is null)
                {
                    record.OwnerSource = source;
                    record.OwnerOffset = offset;
                }
            }
        }
    }

    /// <summary>Lets records whose owner is the name of the question be owned by that, so that the name is written once.</summary>
    /// <param name="response">The response.</param>
    /// <param name="question">The name that the client asked for. As from CoreDNS, restored names are in lower case, whatever the client's is.</param>
    public static void TakeInOwners(Response response, ReadOnlySpan<byte> question)
    {
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref ResponseRecord record in response[section].Span)
            {
                if (record.OwnerSource is not null && record.Owner.SequenceEqual(question))
                {
                    record.OwnerSource = null;
                    record.OwnerOffset = 0;
                }
            }
        }
    }

    /// <summary>Renames the owners of records in all sections.</summary>
    /// <param name="response">The response; each record has an owner of its own.</param>
    /// <param name="mapping">What becomes of names.</param>
    /// <typeparam name="TMapping">The mapping's type.</typeparam>
    /// <returns>False where a record would get a name that is not a domain name.</returns>
    [SkipLocalsInit]
    public static bool TryChangeOwners<TMapping>(Response response, TMapping mapping)
        where TMapping : INameMapping, allows ref struct
    {
        Span<byte> buffer = stackalloc byte[DomainName.MaxWireLength];
        byte[]? lastSource = null;
        int lastOffset = 0;
        byte[]? newSource = null;
        int newOffset = 0;
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref ResponseRecord record in response[section].Span)
            {
                // The records of a set have their owner at one place, as a rule.
                if (!ReferenceEquals(record.OwnerSource, lastSource) || record.OwnerOffset != lastOffset)
                {
                    lastSource = record.OwnerSource;
                    lastOffset = record.OwnerOffset;
                    newSource = null;
                    MappedName mapped = mapping.Map(record.Owner, buffer, out int length);
                    if (mapped == MappedName.Invalid ||
                        (mapped == MappedName.Changed && !TryWrite(response, buffer[..length], out newSource, out newOffset)))
                    {
                        return false;
                    }
                }

                if (newSource is not null)
                {
                    record.OwnerSource = newSource;
                    record.OwnerOffset = newOffset;
                }
            }
        }

        return true;
    }

    /// <summary>Renames targets, mail exchanges and name servers in the data of records, in all sections.</summary>
    /// <param name="response">The response.</param>
    /// <param name="mapping">What becomes of names.</param>
    /// <typeparam name="TMapping">The mapping's type.</typeparam>
    /// <returns>False where a record would get a name that is not a domain name.</returns>
    public static bool TryChangeValues<TMapping>(Response response, TMapping mapping)
        where TMapping : INameMapping, allows ref struct
    {
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref ResponseRecord record in response[section].Span)
            {
                if (TryFindValue(in record, out int offset, out int length) && !TryChangeValue(response, ref record, offset, length, mapping))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Gives a record another name in its data.</summary>
    /// <param name="response">The response.</param>
    /// <param name="record">The record.</param>
    /// <param name="offset">Where the name starts in the data.</param>
    /// <param name="length">How long the name is.</param>
    /// <param name="name">The other name.</param>
    /// <returns>False where the response has no more room.</returns>
    public static bool TryReplaceValue(Response response, ref ResponseRecord record, int offset, int length, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> before = record.Rdata[..offset];
        ReadOnlySpan<byte> after = record.Rdata[(offset + length)..];
        int total = before.Length + name.Length + after.Length;
        if (!response.Arena.TryAllocate(total, out byte[] array, out int place))
        {
            return false;
        }

        before.CopyTo(array.AsSpan(place));
        name.CopyTo(array.AsSpan(place + offset));
        after.CopyTo(array.AsSpan(place + offset + name.Length));
        record.RdataSource = array;
        record.RdataOffset = place;
        record.RdataLength = (ushort)total;
        return true;
    }

    /// <summary>Finds the name that a rule for values rewrites: of an SOA record, the primary server.</summary>
    private static bool TryFindValue(in ResponseRecord record, out int offset, out int length)
    {
        offset = 0;
        length = 0;
        if (record.Type is not (RecordType.CNAME or RecordType.DNAME or RecordType.MX or RecordType.NAPTR or RecordType.NS
                or RecordType.PTR or RecordType.SOA or RecordType.SRV) ||
            !RdataNames.TryGetLayout(record.Type, record.Rdata, out RdataLayout layout))
        {
            return false;
        }

        offset = layout.Prefix;
        return DomainName.TryGetLength(record.Rdata[offset..], out length);
    }

    [SkipLocalsInit]
    private static bool TryChangeValue<TMapping>(Response response, ref ResponseRecord record, int offset, int length, TMapping mapping)
        where TMapping : INameMapping, allows ref struct
    {
        Span<byte> buffer = stackalloc byte[DomainName.MaxWireLength];
        return mapping.Map(record.Rdata.Slice(offset, length), buffer, out int changed) switch
        {
            MappedName.Same => true,
            MappedName.Changed => TryReplaceValue(response, ref record, offset, length, buffer[..changed]),
            _ => false,
        };
    }

    private static bool TryWrite(Response response, ReadOnlySpan<byte> name, out byte[] source, out int offset)
    {
        bool isWritten = response.Arena.TryAllocate(name.Length, out source, out offset);
        if (isWritten)
        {
            name.CopyTo(source.AsSpan(offset));
        }

        return isWritten;
    }
}
