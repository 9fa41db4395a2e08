using System.Buffers.Binary;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache.Store;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Cache;

/// <summary>What a response says, and whether it may be kept.</summary>
/// <param name="Kind">What it says; a chain of aliases without an end, with an SOA, is NODATA (RFC 2308 section 2.2).</param>
/// <param name="MayKeep">Whether it may be kept.</param>
internal readonly record struct CacheVerdict(ResponseKind Kind, bool MayKeep)
{
    private const int ExpirationOffset = 8;
    private const int InceptionOffset = 12;
    private const int TimesEnd = 16;

    /// <summary>Judges a response.</summary>
    /// <param name="context">The query with its response.</param>
    /// <param name="packed">The response's records, packed.</param>
    /// <param name="utcNow">The time, for the validity of signatures.</param>
    public static CacheVerdict Of(QueryContext context, ReadOnlySpan<byte> packed, DateTimeOffset utcNow)
    {
        Response response = context.Response;
        ResponseKind kind = ResponseKinds.Of(context);
        if (kind != ResponseKind.Meta && context.DnssecOk && HasExpiredSignature(response, (uint)utcNow.ToUnixTimeSeconds()))
        {
            kind = ResponseKind.OtherError;
        }

        bool hasSoa = HasSoa(response.Authority);
        bool isAnswered = true;
        if (kind == ResponseKind.NoError && response.Answers.Count > 0)
        {
            isAnswered = new AliasChain(packed, response.Answers.Count, context.Class).Answers(context.Name, context.Type);
            if (!isAnswered && hasSoa)
            {
                kind = ResponseKind.NoData;
            }
        }

        bool mayKeep = kind switch
        {
            _ when response.Truncated => false,
            ResponseKind.Meta or ResponseKind.OtherError => false,
            ResponseKind.NameError => hasSoa,
            ResponseKind.NoError => isAnswered,
            _ => true,
        };
        return new CacheVerdict(kind, mayKeep);
    }

    private static bool HasSoa(RecordList authority)
    {
        foreach (ref readonly ResponseRecord record in authority.Span)
        {
            if (record.Type == RecordType.SOA)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasExpiredSignature(Response response, uint now)
    {
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref readonly ResponseRecord record in response[section].Span)
            {
                if (record.Type == RecordType.RRSIG && !IsValid(record.Rdata, now))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether a time lies within a signature's, in serial number arithmetic (RFC 4034 section 3.1.5).</summary>
    private static bool IsValid(ReadOnlySpan<byte> rdata, uint now)
        => rdata.Length >= TimesEnd &&
            (int)(now - BinaryPrimitives.ReadUInt32BigEndian(rdata[InceptionOffset..])) >= 0 &&
            (int)(BinaryPrimitives.ReadUInt32BigEndian(rdata[ExpirationOffset..]) - now) >= 0;
}
