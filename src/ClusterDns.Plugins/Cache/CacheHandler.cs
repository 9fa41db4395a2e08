using System.Buffers;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache.Store;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Cache;

/// <summary>Answers from the store, and keeps there what the links below answer.</summary>
internal sealed class CacheHandler : PluginHandler
{
    /// <summary>For how long a response is kept whose records say nothing about it.</summary>
    private const uint FallbackSeconds = 5;

    private readonly CacheOptions _options;
    private readonly CacheStore _store;
    private readonly TimeProvider _timeProvider;
    private readonly BlockTable<CacheMetrics> _metrics;
    private readonly ZoneSet _zones;
    private readonly ZoneSet _noSuccess;
    private readonly ZoneSet _noDenial;
    private readonly ZoneSet _neither;
    private readonly long _ticksPerSecond;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="options">What is kept, and for how long.</param>
    /// <param name="store">Where it is kept.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="metrics">The process's metrics.</param>
    public CacheHandler(PluginHandler next, CacheOptions options, CacheStore store, TimeProvider timeProvider, MetricRegistry metrics)
        : base(next)
    {
        _options = options;
        _store = store;
        _timeProvider = timeProvider;
        string zones = string.Join(',', options.Zones.Select(static zone => zone.Text));
        _metrics = new BlockTable<CacheMetrics>(block => new CacheMetrics(metrics, block, zones));
        _zones = new ZoneSet(options.Zones);
        _noSuccess = new ZoneSet(options.Success.Disabled);
        _noDenial = new ZoneSet(options.Denial.Disabled);
        _neither = _noSuccess.Intersect(_noDenial);
        _ticksPerSecond = timeProvider.TimestampFrequency;
    }

    /// <inheritdoc/>
    public override string Name => "cache";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (_zones.Match(query) is null)
        {
            return NextAsync(query);
        }

        CacheMetrics metrics = _metrics.For(query.Route);
        metrics.Requests.Add();
        if (_neither.Match(query) is not null)
        {
            return PassOn(query, metrics);
        }

        CacheQuestion question = QuestionOf(query);
        ulong hash = question.Hash(DomainName.GetHashCode64(query.Name));

        // When the query came is near enough to now, and costs no reading of the clock.
        long now = query.ReceivedTimestamp;
        if (Find(query, metrics, hash, question, now) is { } entry)
        {
            Answer(query, entry, now);
            return ValueTask.CompletedTask;
        }

        metrics.Misses.Add();
        ValueTask below = NextAsync(query);
        if (below.IsCompletedSuccessfully)
        {
            Keep(query, metrics, hash, question);
            return ValueTask.CompletedTask;
        }

        return AwaitAsync(below, query, metrics, hash, question);
    }

    /// <summary>
    /// Handles a name whose responses are never kept, as kubeadm's Corefile has it for the cluster's own: nothing is looked up or packed,
    /// but the TTLs are those that the cache gives.
    /// </summary>
    private ValueTask PassOn(Query query, CacheMetrics metrics)
    {
        metrics.Misses.Add();
        ValueTask below = NextAsync(query);
        if (below.IsCompletedSuccessfully)
        {
            LimitTimeToLive(query, metrics);
            return ValueTask.CompletedTask;
        }

        return AwaitAsync(below, query, metrics);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask below, Query query, CacheMetrics metrics)
    {
        await below;
        LimitTimeToLive(query, metrics);
    }

    private void LimitTimeToLive(Query query, CacheMetrics metrics)
    {
        Response response = query.Response;
        if (query.DnssecOk || (response.Answers.Count > 0 && response.Authority.Count > 0))
        {
            // What the response says depends on its signatures, or on where its aliases lead: that takes the whole of it.
            Keep(query, metrics, 0, default);
            return;
        }

        if (response.Status == ResponseStatus.Answered && !response.IsUncacheable)
        {
            ResponseKind kind = ResponseKinds.Of(query);
            if (kind != ResponseKind.Meta)
            {
                SetTimeToLive(response, SecondsToKeep(kind, response));
            }

            HideUnwantedAuthenticData(query);
        }
    }

    private static CacheQuestion QuestionOf(Query query)
        => new(
            (ushort)query.Type,
            (ushort)query.Class,
            query.DnssecOk,
            (query.Header.Flags & HeaderFlags.CheckingDisabled) != HeaderFlags.None);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(
        ValueTask below, Query query, CacheMetrics metrics, ulong hash, CacheQuestion question)
    {
        await below;
        Keep(query, metrics, hash, question);
    }

    private CacheEntry? Find(Query query, CacheMetrics metrics, ulong hash, CacheQuestion question, long now)
    {
        CacheEntry? denial = _store.Denial.Find(hash, query.Name, question, now);
        if (denial is not null && denial.Code != ResponseCode.ServFail)
        {
            metrics.Denial.Hits.Add();
            return denial;
        }

        // A failure passes: it must not hide an answer that still holds.
        if (_store.Success.Find(hash, query.Name, question, now) is { } success)
        {
            metrics.Success.Hits.Add();
            return success;
        }

        if (denial is not null)
        {
            metrics.Denial.Hits.Add();
        }

        return denial;
    }

    private void Answer(Query query, CacheEntry entry, long now)
    {
        // Another worker may have kept the response after this query came.
        long age = Math.Max(0, now - entry.StoredAt) / _ticksPerSecond;
        uint timeToLive = _options.KeepTimeToLive ? entry.TimeToLive : entry.TimeToLive - (uint)age;

        // Some old stub resolvers throw away whole answers without AA, so CoreDNS sets it on every hit, and so do we.
        query.Response.Answer(Name, entry.Code, authoritative: true);
        entry.CopyTo(query.Response, timeToLive);
        HideUnwantedAuthenticData(query);
    }

    /// <summary>AD is for those who set DO or AD themselves (RFC 6840 sections 5.7 and 5.8).</summary>
    private static void HideUnwantedAuthenticData(Query query)
    {
        if (!query.DnssecOk && (query.Header.Flags & HeaderFlags.AuthenticData) == HeaderFlags.None)
        {
            query.Response.AuthenticData = false;
        }
    }

    private void Keep(Query query, CacheMetrics metrics, ulong hash, CacheQuestion question)
    {
        // A link that failed has no message to keep: the next query tries again.
        if (query.Response.Status != ResponseStatus.Answered || query.Response.IsUncacheable)
        {
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(EntryPacker.MaxLength);
        if (EntryPacker.TryPack(query, buffer.AsSpan(0, EntryPacker.MaxLength), out int length))
        {
            Keep(query, metrics, hash, question, buffer.AsSpan(0, length));
        }
        else
        {
            metrics.Drops.Add();
        }

        ArrayPool<byte>.Shared.Return(buffer);
        HideUnwantedAuthenticData(query);
    }

    private void Keep(Query query, CacheMetrics metrics, ulong hash, CacheQuestion question, ReadOnlySpan<byte> packed)
    {
        CacheVerdict verdict = CacheVerdict.Of(query, packed, _timeProvider.GetUtcNow());
        if (verdict.Kind == ResponseKind.Meta)
        {
            return;
        }

        // The first answer shows what later ones count down from.
        uint seconds = SecondsToKeep(verdict.Kind, query.Response);
        SetTimeToLive(query.Response, seconds);
        if (!verdict.MayKeep || seconds == 0)
        {
            return;
        }

        bool isSuccess = verdict.Kind is ResponseKind.NoError or ResponseKind.Delegation;
        if ((isSuccess ? _noSuccess : _noDenial).Match(query) is not null)
        {
            return;
        }

        TypeMetrics typeMetrics = isSuccess ? metrics.Success : metrics.Denial;
        CacheTable table = isSuccess ? _store.Success : _store.Denial;
        int evicted = table.Set(hash, query.Name, question, CreateEntry(query.Response, packed, seconds));
        if (evicted > 0)
        {
            typeMetrics.Evictions.Add(evicted);
        }
        else if (evicted == CacheShard.BucketIsFull)
        {
            metrics.FullBuckets.Add();
        }

        typeMetrics.Entries.Value = table.Count;
    }

    private CacheEntry CreateEntry(Response response, ReadOnlySpan<byte> packed, uint seconds)
    {
        long now = _timeProvider.GetTimestamp();
        return new CacheEntry
        {
            Data = packed.ToArray(),
            AnswerCount = (ushort)response.Answers.Count,
            AuthorityCount = (ushort)response.Authority.Count,
            AdditionalCount = (ushort)response.Additional.Count,
            Code = response.Code,
            RecursionAvailable = response.RecursionAvailable,
            AuthenticData = response.AuthenticData,
            ExtendedErrorCode = response.ExtendedErrorCode,
            ExtendedErrorText = response.ExtendedErrorText.ToArray(),
            TimeToLive = seconds,
            StoredAt = now,
            ExpiresAt = now + (seconds * _ticksPerSecond),
        };
    }

    private uint SecondsToKeep(ResponseKind kind, Response response)
    {
        if (kind == ResponseKind.ServerError)
        {
            return _options.ServfailSeconds;
        }

        bool isDenial = kind is ResponseKind.NameError or ResponseKind.NoData;
        CacheLimits limits = isDenial ? _options.Denial : _options.Success;
        bool saysHowLong = isDenial || kind == ResponseKind.NoError;
        uint seconds = saysHowLong ? ShortestTimeToLive(response, limits.MostSeconds) : FallbackSeconds;
        if (isDenial)
        {
            seconds = Math.Min(seconds, NegativeTimeToLive.Of(response.Authority));
        }

        return Math.Min(Math.Max(seconds, limits.LeastSeconds), limits.MostSeconds);
    }

    private static uint ShortestTimeToLive(Response response, uint most)
    {
        if (response.Answers.Count + response.Authority.Count + response.Additional.Count == 0)
        {
            return FallbackSeconds;
        }

        uint shortest = most;
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref readonly ResponseRecord record in response[section].Span)
            {
                shortest = Math.Min(shortest, record.TimeToLive);
            }
        }

        return shortest;
    }

    private static void SetTimeToLive(Response response, uint seconds)
    {
        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref ResponseRecord record in response[section].Span)
            {
                record.TimeToLive = seconds;
            }
        }
    }
}
