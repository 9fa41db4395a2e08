using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Serving;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Hosting;

/// <summary>
/// The configuration that the server runs, and how another takes its place. The start of the process is the same operation as a reload: a
/// reload from nothing. Calls follow one another.
/// </summary>
/// <param name="configuration">Reads and builds.</param>
/// <param name="server">What runs the model.</param>
/// <param name="metrics">Shows which configuration runs.</param>
/// <param name="showDebug">Switches debug lines on or off.</param>
/// <param name="onStarted">Notified of the first model as soon as it serves.</param>
/// <param name="environment">Memory and loggers.</param>
internal sealed partial class RunningConfiguration(
    Configuration configuration,
    DnsServer server,
    ReloadMetrics metrics,
    Action<bool> showDebug,
    Action<ServerModel> onStarted,
    ServerEnvironment environment) : IDisposable
{
    private readonly MemoryBudget _memory = environment.Process.Memory;
    private readonly ILogger _logger = environment.Process.Loggers.CreateLogger("reload");
    private readonly ILogger _pluginLogger = environment.Process.Loggers.CreateLogger("plugin/reload");
    private ModelMemory? _held;

    /// <summary>The model that runs; null before the start.</summary>
    public ServerModel? Model { get; private set; }

    /// <summary>Reads the Corefile, and has the server run what it says.</summary>
    /// <param name="cancellationToken">Set when the start is given up.</param>
    /// <returns>What is wrong with the Corefile, an error a line; null when the server runs.</returns>
    /// <exception cref="Exception">The server cannot start; the message says why.</exception>
    public async Task<string?> StartAsync(CancellationToken cancellationToken)
    {
        DiagnosticBag diagnostics = new();
        return configuration.Read(diagnostics) is { } document
            ? await TakeOverAsync(document, diagnostics, cancellationToken, CancellationToken.None)
            : new CorefileException(diagnostics).Message;
    }

    /// <summary>Builds a model and has the server take it over. Until that has succeeded, whatever runs goes on running.</summary>
    /// <param name="document">The Corefile.</param>
    /// <param name="diagnostics">Its errors and warnings.</param>
    /// <param name="cancellationToken">Set when there is no more time to start.</param>
    /// <param name="closeDeadline">Set when there is no more time to close the old in good order.</param>
    /// <returns>Why it cannot be taken over, a reason a line; null when the server runs it.</returns>
    /// <exception cref="Exception">It cannot be opened; the message says why.</exception>
    public async Task<string?> TakeOverAsync(
        CorefileDocument document, DiagnosticBag diagnostics, CancellationToken cancellationToken, CancellationToken closeDeadline)
    {
        // Both models are in memory until the old one has ended, so the new one's share is reserved before it is allocated.
        ModelMemory held = new(_memory[MemoryTable.Files]);
        try
        {
            long needed = ModelMemory.OfPlugins(document);
            if (Model is not null && !held.TryAdd(needed))
            {
                return DescribeMemory(needed);
            }

            ServerModel? model = configuration.Build(document, diagnostics);
            bool isStart = Model is null;
            if (isStart)
            {
                LogWarnings(diagnostics);
            }

            if (model is null)
            {
                return new CorefileException(diagnostics).Message;
            }

            long opened = model.Listeners.Count(listener => !server.Listeners.ContainsKey(listener.Place)) * ModelMemory.BytesPerListener;
            if (!isStart && !held.TryAdd(opened))
            {
                model.Dispose();
                return DescribeMemory(needed + opened);
            }

            if (isStart)
            {
                held.Set(ModelMemory.Of(model));
                showDebug(model.Debug);
            }

            await server.ApplyAsync(model, cancellationToken, closeDeadline);
            held.Set(ModelMemory.Of(model));
            (_held, held) = (held, _held!);
            Model = model;
            metrics.Show(model.ContentHash);
            showDebug(model.Debug);
            if (isStart)
            {
                onStarted(model);
            }
            else
            {
                LogWarnings(diagnostics);
            }

            if (model.Reload is not null)
            {
                LogRunning(_pluginLogger, model.ContentHash);
            }

            return null;
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _held?.Dispose();

    private string DescribeMemory(long bytes)
        => $"the new configuration needs about {bytes / 1024} KiB in addition to the running one, more than the memory limit of {_memory.Limit} bytes allows: " +
            "raise the limit. The running configuration stays in use";

    private void LogWarnings(DiagnosticBag diagnostics)
    {
        foreach (CorefileDiagnostic warning in diagnostics.Warnings)
        {
            LogWarning(_logger, warning.ToString());
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Running configuration SHA512 = {Hash}")]
    private static partial void LogRunning(ILogger logger, string hash);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
