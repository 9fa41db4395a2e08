using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
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
    protected override CacheOptions? Parse(PluginParseContext context) => new CacheOptionsParser(context).Parse();

    /// <inheritdoc/>
    protected override void Build(CacheOptions options, PluginBuildContext context)
    {
        CacheStoreKey key = KeyOf(options, context);
        CacheMemory memory = context.Resources.Get(nameof(CacheMemory), () => new CacheMemory(context.Memory[MemoryTable.Cache]));
        CacheStore store = context.Resources.Get(key, () => new CacheStore(key, memory));
        context.AddLink(next => new CacheHandler(next, options, store, context.TimeProvider, context.Metrics));
    }

    /// <summary>What another configuration's cache must equal to be taken over.</summary>
    /// <param name="options">The options.</param>
    /// <param name="context">The server block.</param>
    public static CacheStoreKey KeyOf(CacheOptions options, PluginBuildContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        string zones = string.Join(',', options.Zones.Select(static zone => zone.Text));
        return new CacheStoreKey(
            context.BlockText,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{zones}; {options.Success.Text}; {options.Denial.Text}; {options.ServfailSeconds} {options.KeepTimeToLive}"),
            options.Success.Capacity,
            options.Denial.Capacity);
    }
}
