using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Root;

/// <summary>The options of the root plugin.</summary>
/// <param name="Path">The folder.</param>
public sealed record RootOptions(string Path);

/// <summary>Sets the folder that relative paths of the block's other plugins start from.</summary>
public sealed partial class RootPlugin : Plugin<RootOptions>
{
    /// <inheritdoc/>
    public override string Name => "root";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Last;

    /// <inheritdoc/>
    protected override IOptionsReader<RootOptions> Options { get; } = new OptionsReader<RootOptions>(new RootOptions(""))
        .Argument(Values.Text("PATH"), static (_, path) => new RootOptions(path));

    /// <inheritdoc/>
    protected override void Build(RootOptions options, BlockBuilder builder)
    {
        builder.Offer(new RootFolder(options.Path));
        if (builder.Environment.Files.ListFolder(options.Path) is null)
        {
            LogMissing(builder.Environment.Loggers.CreateLogger("plugin/root"), options.Path);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Root path does not exist: {Path}")]
    private static partial void LogMissing(ILogger logger, string path);
}
