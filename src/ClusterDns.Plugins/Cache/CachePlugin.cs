using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Cache.Store;

namespace ClusterDns.Plugins.Cache;

/// <summary>Keeps responses, so that what is asked again need not be found again.</summary>
public sealed class CachePlugin : Plugin<CacheOptions>
{
    /// <inheritdoc/>
    public override string Name => "cache";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<CacheOptions> Options => CacheOptionsReader.Reader;

    /// <inheritdoc/>
    protected override void Build(CacheOptions options, BlockBuilder builder)
    {
        CacheStoreKey key = KeyOf(options, builder.Block.Fingerprint);
        CacheMemory memory = builder.Resources.Get(nameof(CacheMemory), () => new CacheMemory(builder.Environment.Memory[MemoryTable.Cache]));
        CacheStore store = builder.Resources.Get(key, () => new CacheStore(key, memory));
        builder.Use(next => new CacheHandler(next, options, store, builder.Environment.Time, builder.Environment.Metrics));
    }

    /// <summary>What another configuration's cache must equal to be taken over.</summary>
    /// <param name="options">The options.</param>
    /// <param name="fingerprint">The server block's fingerprint.</param>
    public static CacheStoreKey KeyOf(CacheOptions options, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(options);
        string zones = string.Join(',', options.Zones.Select(static zone => zone.Text));
        return new CacheStoreKey(
            fingerprint,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{zones}; {options.Success.Text}; {options.Denial.Text}; {options.ServfailSeconds} {options.KeepTimeToLive}"),
            options.Success.Capacity,
            options.Denial.Capacity);
    }
}
