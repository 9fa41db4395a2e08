using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Tests.TestKit;

/// <summary>What listeners share, for one test.</summary>
internal static class TestServices
{
    internal static ListenerServices Create(MetricRegistry? metrics = null, TimeProvider? time = null, ILoggerFactory? loggers = null, int waitLimit = 100,
        MemoryBudget? memory = null)
    {
        metrics ??= new MetricRegistry();
        return new ListenerServices(new WaitBound(waitLimit, metrics), metrics, loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System)
        {
            Memory = memory ?? MemoryBudget.CreateUnlimited(),
        };
    }
}
