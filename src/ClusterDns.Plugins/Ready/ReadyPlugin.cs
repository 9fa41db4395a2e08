using System.Buffers;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Ready;

/// <summary>The options of the ready plugin.</summary>
/// <param name="Address">Where it answers.</param>
/// <param name="Continuously">Whether plugins that were ready once are asked again.</param>
public sealed record ReadyOptions(HttpAddress Address, bool Continuously);

/// <summary>Says over HTTP whether all plugins are ready to answer.</summary>
public sealed partial class ReadyPlugin : Plugin<ReadyOptions>
{
    private const string Path = "/ready";

    /// <inheritdoc/>
    public override string Name => "ready";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<ReadyOptions> Options { get; } = new OptionsReader<ReadyOptions>(new ReadyOptions(new HttpAddress("", 8181), Continuously: false))
        .Optional(Values.HttpAddress(":8181"), static (options, address) => options with { Address = address })
        .Option(
            "monitor",
            Values.Choice(("until-ready", false), ("continuously", true)).Default("until-ready"),
            static (options, continuously) => options with { Continuously = continuously });

    /// <inheritdoc/>
    protected override void Build(ReadyOptions options, BlockBuilder builder)
    {
        Readiness readiness = builder.Environment.Readiness;
        readiness.Continuously = options.Continuously;
        ReadyState state = new(readiness, builder.Environment.Loggers.CreateLogger("plugin/ready"));
        builder.Run(wiring =>
        {
            readiness.Include(wiring.All<ReadinessCheck>());
            return state;
        });
        builder.Offer(new HttpEndpoint(options.Address, Path, state.Answer));
    }

    private sealed partial class ReadyState(Readiness readiness, ILogger logger) : IHostService
    {
        private volatile bool _stopping;

        public ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask PrepareStopAsync(CancellationToken cancellationToken)
        {
            _stopping = true;
            return ValueTask.CompletedTask;
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void Answer(HttpExchange exchange)
        {
            if (_stopping)
            {
                exchange.Status = 503;
                exchange.Body.Write("Shutting down"u8);
                return;
            }

            string notReady = readiness.FindNotReady(out bool isNews);
            if (notReady.Length == 0)
            {
                exchange.Body.Write("OK"u8);
                return;
            }

            if (isNews)
            {
                LogNotReady(notReady);
                if (readiness.DescribeNotReady() is { Length: > 0 } reasons)
                {
                    LogReasons(reasons);
                }
            }

            exchange.Status = 503;
            exchange.Body.Write(Encoding.UTF8.GetBytes(notReady));
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "Plugins not ready: \"{Plugins}\"")]
        private partial void LogNotReady(string plugins);

        [LoggerMessage(Level = LogLevel.Information, Message = "Not ready: {Reasons}")]
        private partial void LogReasons(string reasons);
    }
}
