using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Answers AXFR (RFC 5936), and IXFR (RFC 1995) with the whole zone where it has changed.</summary>
/// <param name="next">The link below.</param>
/// <param name="rules">Who gets what.</param>
/// <param name="sources">The zones.</param>
/// <param name="slots">Bounds the transfers under way.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Tells of transfers.</param>
internal sealed partial class TransferHandler(
    PluginHandler next, TransferRules rules, IZoneSource[] sources, TransferSlots slots, TimeProvider timeProvider, ILogger logger) : PluginHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "transfer";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(QueryContext context)
    {
        if (context.Class != RecordClass.IN)
        {
            return NextAsync(context);
        }

        switch (context.Type)
        {
            case RecordType.AXFR or RecordType.IXFR:
                return TransferAsync(context);
            case RecordType.SOA:
                // A secondary that was told of a change asks for the serial, and must not get the one of before from a cache.
                context.Response.IsForOneQuery |= rules.Find(context.Name) is not null && Find(context.Name) is not null;
                return NextAsync(context);
            default:
                return NextAsync(context);
        }
    }

    private ValueTask TransferAsync(QueryContext context)
    {
        Response response = context.Response;
        if (context.Transport != TransportProtocol.Tcp || context.Depth > 0)
        {
            return Fail(response, ResponseCode.Refused);
        }

        if (rules.Find(context.Name) is not { } rule)
        {
            return NextAsync(context);
        }

        if (!rule.Allows(context.Remote))
        {
            return Fail(response, ResponseCode.Refused);
        }

        uint held = 0;
        if (context.Type == RecordType.IXFR && !ZoneSerial.TryRead(context, out held))
        {
            return Fail(response, ResponseCode.ServFail);
        }

        if (Find(context.Name) is not { } source)
        {
            return NextAsync(context);
        }

        if (!source.IsReady)
        {
            NotReadyAnswer.Fail(response, Name);
            return ValueTask.CompletedTask;
        }

        string client = context.Remote.ToIPAddress().ToString();
        uint serial = ZoneSerial.GetSettled(source, timeProvider);
        if (ZoneSerial.IsCurrent(held, serial))
        {
            ResponseRecord authority = source.CreateAuthority(serial);
            response.Answers.TryAdd(in authority);
            response.Answer(Name);
            LogCurrent(source.Zone.Text, client, serial);
            return ValueTask.CompletedTask;
        }

        // A transfer keeps its buffers until the client has taken everything, as a query does that waits.
        if (!slots.TryTake(out QueryResource? slot))
        {
            LogTooMany(source.Zone.Text, client, slots.Taken);
            return Fail(response, ResponseCode.ServFail);
        }

        context.Hold(slot);
        if (!context.TryBeginWait())
        {
            return Fail(response, ResponseCode.ServFail);
        }

        ZoneStream stream = new(
            source.CreateAuthority(serial), source.ReadRecords(), count => LogTransferred(count, source.Zone.Text, client, serial));
        stream.TryFill(response);
        response.Answer(Name);
        response.Stream = stream.HasEnded ? null : stream;
        return ValueTask.CompletedTask;
    }

    private IZoneSource? Find(ReadOnlySpan<byte> name)
    {
        foreach (IZoneSource source in sources)
        {
            if (DomainName.Equals(source.Zone.Wire.Span, name))
            {
                return source;
            }
        }

        return null;
    }

    private ValueTask Fail(Response response, ResponseCode code)
    {
        response.Fail(Name, code, failure: null);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Outgoing transfer of {Count} records of zone \"{Zone}\" to {Client} for {Serial} SOA serial")]
    private partial void LogTransferred(int count, string zone, string client, uint serial);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outgoing transfer of zone \"{Zone}\" to {Client} not begun: {Most} are under way already")]
    private partial void LogTooMany(string zone, string client, int most);

    [LoggerMessage(Level = LogLevel.Information, Message = "Outgoing noop, incremental transfer for up to date zone \"{Zone}\" to {Client} for {Serial} SOA serial")]
    private partial void LogCurrent(string zone, string client, uint serial);
}
