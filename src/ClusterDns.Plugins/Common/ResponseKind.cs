using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>What a response says, in the classes that CoreDNS's options name.</summary>
internal enum ResponseClass : byte
{
    /// <summary>An answer, or a delegation.</summary>
    Success,

    /// <summary>NXDOMAIN or NODATA (RFC 2308).</summary>
    Denial,

    /// <summary>Anything else.</summary>
    Error,
}

/// <summary>What a response says.</summary>
internal enum ResponseKind : byte
{
    /// <summary>An answer.</summary>
    NoError,

    /// <summary>The name does not exist.</summary>
    NameError,

    /// <summary>The name exists, and has no records of the type.</summary>
    NoData,

    /// <summary>Other servers have the answer.</summary>
    Delegation,

    /// <summary>The server failed, or does not know how.</summary>
    ServerError,

    /// <summary>A zone transfer or a NOTIFY.</summary>
    Meta,

    /// <summary>Any other error.</summary>
    OtherError,
}

/// <summary>Classifies responses.</summary>
internal static class ResponseKinds
{
    /// <summary>What the response of a query says.</summary>
    /// <param name="query">The query with its response.</param>
    public static ResponseKind Of(Query query)
    {
        if (query.Header.Opcode == Opcode.Notify || query.Type is RecordType.AXFR or RecordType.IXFR)
        {
            return ResponseKind.Meta;
        }

        Response response = query.Response;
        bool hasAnswers = response.Answers.Count > 0;
        return response.Code switch
        {
            ResponseCode.NoError when hasAnswers => ResponseKind.NoError,
            ResponseCode.NoError => OfEmptyAnswer(response.Authority),
            ResponseCode.NXDomain when hasAnswers => ResponseKind.OtherError,
            ResponseCode.NXDomain => ResponseKind.NameError,
            ResponseCode.ServFail or ResponseCode.NotImp => ResponseKind.ServerError,
            _ => ResponseKind.OtherError,
        };
    }

    /// <summary>The class of a kind.</summary>
    /// <param name="kind">The kind.</param>
    public static ResponseClass ToClass(this ResponseKind kind) => kind switch
    {
        ResponseKind.NoError or ResponseKind.Delegation => ResponseClass.Success,
        ResponseKind.NameError or ResponseKind.NoData => ResponseClass.Denial,
        _ => ResponseClass.Error,
    };

    private static ResponseKind OfEmptyAnswer(RecordList authority)
    {
        bool hasNameServers = false;
        foreach (ref readonly ResponseRecord record in authority.Span)
        {
            if (record.Type == RecordType.SOA)
            {
                return ResponseKind.NoData;
            }

            hasNameServers |= record.Type == RecordType.NS;
        }

        return hasNameServers ? ResponseKind.Delegation : ResponseKind.NoError;
    }
}
