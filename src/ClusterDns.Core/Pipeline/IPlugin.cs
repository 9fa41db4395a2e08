using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Options;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// A plugin as the Corefile knows it: a name, a reader of options, and a builder of what it contributes to a server block. It has
/// no state of its own.
/// </summary>
public interface IPlugin
{
    /// <summary>The directive's name.</summary>
    string Name { get; }

    /// <summary>What several occurrences in one server block mean.</summary>
    DirectiveRepetition Repetition { get; }

    /// <summary>What the directive accepts, for tools; null where the plugin does not say.</summary>
    OptionDeclaration? Declaration => null;

    /// <summary>Declares the metrics that are shown whether or not the Corefile has the plugin: those without labels, as CoreDNS does.</summary>
    /// <param name="metrics">The process's metrics.</param>
    void DeclareMetrics(MetricRegistry metrics)
    {
    }

    /// <summary>Reads the directive's options and reports every error with its place. It touches nothing outside the text.</summary>
    /// <param name="context">All occurrences of the directive in one server block.</param>
    /// <returns>An immutable options record, or null when an error was reported.</returns>
    object? Parse(PluginParseContext context);

    /// <summary>Adds to a server block what the options ask for: links, observers, listener options, services, offers.</summary>
    /// <param name="options">What <see cref="Parse"/> returned.</param>
    /// <param name="builder">The server block under construction.</param>
    void Build(object options, BlockBuilder builder);
}

/// <summary>A plugin whose options are of one type.</summary>
/// <typeparam name="TOptions">The immutable options record.</typeparam>
public abstract class Plugin<TOptions> : IPlugin
    where TOptions : class
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract DirectiveRepetition Repetition { get; }

    /// <inheritdoc/>
    public OptionDeclaration? Declaration => field ??= Options?.Describe(Name);

    /// <summary>What the directive accepts, and how it is read. Null for a plugin that overrides <see cref="Parse"/> instead.</summary>
    protected virtual IOptionsReader<TOptions>? Options => null;

    /// <inheritdoc/>
    public virtual void DeclareMetrics(MetricRegistry metrics)
    {
    }

    /// <inheritdoc cref="IPlugin.Parse"/>
    protected virtual TOptions? Parse(PluginParseContext context)
        => (Options ?? throw new NotSupportedException($"plugin '{Name}' declares no options")).Read(context);

    /// <inheritdoc cref="IPlugin.Build"/>
    protected abstract void Build(TOptions options, BlockBuilder builder);

    object? IPlugin.Parse(PluginParseContext context) => Parse(context);

    void IPlugin.Build(object options, BlockBuilder builder) => Build((TOptions)options, builder);
}

/// <summary>What a plugin reads its options from.</summary>
/// <param name="Directives">
/// The occurrences of the directive in the block, in order; exactly one unless the plugin reads all (<see cref="DirectiveRepetition.All"/>).
/// </param>
/// <param name="Keys">The block's keys, CIDR zones expanded.</param>
/// <param name="Diagnostics">Where errors and warnings go, each with its place.</param>
public sealed record PluginParseContext(
    IReadOnlyList<DirectiveSyntax> Directives, IReadOnlyList<ServerKey> Keys, DiagnosticBag Diagnostics);
