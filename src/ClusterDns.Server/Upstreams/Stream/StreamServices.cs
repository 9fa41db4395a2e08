using System.Security.Cryptography;
using ClusterDns.Core.Execution;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>What the pools of all upstreams share.</summary>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Guard">Starts background work.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Budget">Bounds connections.</param>
internal sealed record StreamServices(TimeProvider TimeProvider, CallbackGuard Guard, StreamMetrics Metrics, StreamBudget Budget)
{
    /// <summary>A random number from 0 to 1, for jitter.</summary>
    internal Func<double> Jitter { get; init; } = static () => RandomNumberGenerator.GetInt32(1024) / 1024.0;
}
