using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Erratic;

/// <summary>Answers all queries. The link below is never asked.</summary>
/// <param name="next">The link below.</param>
/// <param name="options">The options.</param>
/// <param name="faults">What goes wrong.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class ErraticHandler(PluginHandler next, ErraticOptions options, ErraticFaults faults, TimeProvider timeProvider) : PluginHandler(next)
{
    private const int LargeCount = 30;

    private static readonly byte[] Address = [192, 0, 2, 53];
    private static readonly byte[] Address6 = [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53];

    /// <inheritdoc/>
    public override string Name => "erratic";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        (bool drops, bool delays, bool truncates) = faults.Next();
        if (drops)
        {
            query.Response.Drop(Name);
            return ValueTask.CompletedTask;
        }

        // Where too many queries wait already, the answer is given at once.
        if (delays && options.Duration > TimeSpan.Zero && query.TryBeginWait())
        {
            return DelayAsync(query, truncates);
        }

        Answer(query, truncates);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DelayAsync(Query query, bool truncates)
    {
        await Task.Delay(options.Duration, timeProvider);
        Answer(query, truncates);
    }

    private void Answer(Query query, bool truncates)
    {
        Response response = query.Response;
        switch (query.Type)
        {
            case RecordType.A:
                response.Answer(Name);
                for (int i = options.IsLarge ? LargeCount : 1; i > 0; i--)
                {
                    response.TryAdd(ResponseSection.Answer, RecordType.A, 0, Address, 0, Address.Length);
                }

                response.Truncated = truncates;
                break;
            case RecordType.AAAA:
                response.Answer(Name);
                response.TryAdd(ResponseSection.Answer, RecordType.AAAA, 0, Address6, 0, Address6.Length);
                response.Truncated = truncates;
                break;
            case RecordType.AXFR when ErraticZone.TryAdd(query, isWhole: !truncates):
                response.Answer(Name);
                break;
            default:
                response.Fail(Name, ResponseCode.ServFail, failure: null);
                break;
        }
    }
}
