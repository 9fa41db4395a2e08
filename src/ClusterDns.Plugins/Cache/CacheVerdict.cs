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
    /// <param name="query">The query with its response.</param>
    /// <param name="packed">The response's records, packed.</param>
    /// <param name="utcNow">The time, for the validity of signatures.</param>
    public static CacheVerdict Of(Query query, ReadOnlySpan<byte> packed, DateTimeOffset utcNow)
    {
        Response response = query.Response;
        ResponseKind kind = ResponseKinds.Of(query);
        bool isAnswered = response.Answers.Count > 0;
        bool isBounded = false;
        if (response.Code is ResponseCode.NoError or ResponseCode.NXDomain && kind is not (ResponseKind.Meta or ResponseKind.Delegation))
        {
            AliasChain chain = new(packed, response.Answers.Count, query.Class);
            isAnswered = isAnswered && chain.Answers(query.Name, query.Type);
            isBounded = !isAnswered
                && chain.TryFindEnd(query.Name, query.Type, out ReadOnlySpan<byte> end)
                && HasEnclosingZone(packed, response, query.Name, end);
            kind = KindOf(kind, response.Code, isAnswered, isBounded);
        }

        if (kind != ResponseKind.Meta && query.DnssecOk && HasExpiredSignature(response, (uint)utcNow.ToUnixTimeSeconds()))
        {
            kind = ResponseKind.OtherError;
        }

        bool mayKeep = kind switch
        {
            _ when response.Truncated => false,
            ResponseKind.Meta or ResponseKind.OtherError => false,
            ResponseKind.NameError or ResponseKind.NoData => isBounded,
            ResponseKind.NoError => isAnswered,
            _ => true,
        };
        return new CacheVerdict(kind, mayKeep);
    }

    /// <summary>Aliases may lead to a name that does not exist, or that has no records of the type (RFC 6604 section 2, RFC 2308 section 2.2).</summary>
    private static ResponseKind KindOf(ResponseKind kind, ResponseCode code, bool isAnswered, bool isBounded) => kind switch
    {
        ResponseKind.OtherError when code == ResponseCode.NXDomain && !isAnswered && isBounded => ResponseKind.NameError,
        ResponseKind.NoError when !isAnswered && isBounded => ResponseKind.NoData,
        _ => kind,
    };

    /// <summary>Whether the authority section has the SOA of a zone that a name is in; without it nothing says for how long the name is denied.</summary>
    private static bool HasEnclosingZone(ReadOnlySpan<byte> packed, Response response, ReadOnlySpan<byte> name, ReadOnlySpan<byte> denied)
    {
        int position = 0;
        for (int i = 0; i < response.Answers.Count + response.Authority.Count; i++)
        {
            CachedRecord record = CachedRecord.Read(packed, position);
            position = record.End;
            if (i >= response.Answers.Count && record.Type == RecordType.SOA
                && DomainName.IsSubdomainOf(denied, record.OwnerLength == 0 ? name : packed.Slice(record.OwnerOffset, record.OwnerLength)))
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
