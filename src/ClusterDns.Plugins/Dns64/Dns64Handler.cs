using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Dns64;

/// <summary>Answers AAAA queries for names without AAAA records by their A records, embedded in a prefix (RFC 6147 section 5.1).</summary>
/// <param name="next">The link below.</param>
/// <param name="options">Which queries, and the prefix.</param>
/// <param name="metrics">The process's metrics.</param>
internal sealed class Dns64Handler(PluginHandler next, Dns64Options options, MetricRegistry metrics) : PluginHandler(next)
{
    private const int IPv4Length = 4;

    /// <summary>The most that counts where no SOA record says how long the lack of AAAA records lasts (RFC 6147 section 5.1.7).</summary>
    private const uint FallbackSeconds = 600;

    private readonly EmbeddingPrefix _prefix = new(options.Prefix);
    private readonly BlockTable<Counter> _translated = new(block => metrics
        .Counters("coredns_dns64_requests_translated_total", "Counter of DNS requests translated by dns64.", "server")
        .With(block.Server));

    /// <inheritdoc/>
    public override string Name => "dns64";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (!MayTranslate(query))
        {
            return NextAsync(query);
        }

        ValueTask below = NextAsync(query);
        return below.IsCompletedSuccessfully ? TranslateAsync(query) : AwaitAsync(below, query);
    }

    private bool MayTranslate(Query query)
        => query.Type == RecordType.AAAA &&
            query.Class == RecordClass.IN &&
            (options.AllowIPv4 || !query.Remote.IsIPv4) &&
            !ValidatesItself(query);

    /// <summary>By DO and CD a client says that it validates: it must get the data as it is (RFC 6147 section 5.5).</summary>
    private static bool ValidatesItself(Query query)
        => query.DnssecOk && (query.Header.Flags & HeaderFlags.CheckingDisabled) != HeaderFlags.None;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask below, Query query)
    {
        await below;
        await TranslateAsync(query);
    }

    private ValueTask TranslateAsync(Query query)
    {
        if (!NeedsTranslation(query.Response) ||
            InternalQuery.TryCreate(query, query.QuestionName, RecordType.A) is not { } child)
        {
            return ValueTask.CompletedTask;
        }

        child.Metadata = query.Metadata;
        ValueTask asked = AskNextAsync(child);
        if (!asked.IsCompletedSuccessfully)
        {
            return AwaitAnswerAsync(asked, query, child);
        }

        Take(query, child);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAnswerAsync(ValueTask asked, Query query, Query child)
    {
        await asked;
        Take(query, child);
    }

    /// <summary>
    /// A name that does not exist has no A records either; every other error may be one of servers that do not know AAAA (RFC 6147
    /// section 5.1.2). What a link of ours failed to find out, it would fail to find out again.
    /// </summary>
    private bool NeedsTranslation(Response response)
        => response.Status == ResponseStatus.Answered &&
            response.Code != ResponseCode.NXDomain &&
            (options.TranslateAll || !HasType(response, RecordType.AAAA));

    /// <summary>Makes the response to the A query the client's, even if it is an error, with its addresses embedded (RFC 6147 section 5.1.6).</summary>
    private void Take(Query query, Query child)
    {
        Response response = query.Response;
        Response found = child.Response;
        bool isSilent = found.Status is ResponseStatus.None or ResponseStatus.Dropped;
        if (isSilent || (!HasType(found, RecordType.A) && HasType(response, RecordType.AAAA)))
        {
            return;
        }

        uint most = SecondsWithoutAddress(response);
        if (!InternalAnswer.TryTake(response, child, Name))
        {
            return;
        }

        InternalAnswer.AddRecords(response, child);
        foreach (ref ResponseRecord record in response.Answers.Span)
        {
            Embed(response, ref record, most);
        }

        _translated.For(query.Route).Add();
    }

    private void Embed(Response response, ref ResponseRecord record, uint most)
    {
        if (record.Type != RecordType.A || record.RdataLength != IPv4Length)
        {
            return;
        }

        if (!response.Arena.TryAllocate(EmbeddingPrefix.AddressLength, out byte[] array, out int offset))
        {
            throw new UnreachableException("the arena has room for the addresses of all records of a section");
        }

        _prefix.Embed(record.Rdata, array.AsSpan(offset, EmbeddingPrefix.AddressLength));
        record.Type = RecordType.AAAA;
        record.TimeToLive = Math.Min(record.TimeToLive, most);
        record.RdataSource = array;
        record.RdataOffset = offset;
        record.RdataLength = EmbeddingPrefix.AddressLength;
    }

    private static uint SecondsWithoutAddress(Response response)
    {
        foreach (ref readonly ResponseRecord record in response.Authority.Span)
        {
            if (record.Type == RecordType.SOA)
            {
                return record.TimeToLive;
            }
        }

        return FallbackSeconds;
    }

    private static bool HasType(Response response, RecordType type)
    {
        foreach (ref readonly ResponseRecord record in response.Answers.Span)
        {
            if (record.Type == type)
            {
                return true;
            }
        }

        return false;
    }
}
