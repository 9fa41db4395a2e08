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
/// <param name="logger">Logs transfers.</param>
internal sealed partial class TransferHandler(
    PluginHandler next, TransferRules rules, IZoneSource[] sources, TransferSlots slots, TimeProvider timeProvider, ILogger logger) : PluginHandler(next)
{
    /// <inheritdoc/>
    public override string Name => "transfer";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (query.Class != RecordClass.IN)
        {
            return NextAsync(query);
        }

        switch (query.Type)
        {
            case RecordType.AXFR or RecordType.IXFR:
                return TransferAsync(query);
            case RecordType.SOA:
                // A secondary that was notified of a change asks for the serial, and must not get the previous one from a cache.
                query.Response.IsUncacheable |= rules.Find(query.Name) is not null && Find(query.Name) is not null;
                return NextAsync(query);
            default:
                return NextAsync(query);
        }
    }

    private ValueTask TransferAsync(Query query)
    {
        Response response = query.Response;
        if (query.Transport != TransportProtocol.Tcp || query.Depth > 0)
        {
            return Fail(response, ResponseCode.Refused);
        }

        if (rules.Find(query.Name) is not { } rule)
        {
            return NextAsync(query);
        }

        if (!rule.Allows(query.Remote))
        {
            return Fail(response, ResponseCode.Refused);
        }

        uint held = 0;
        if (query.Type == RecordType.IXFR && !ZoneSerial.TryRead(query, out held))
        {
            return Fail(response, ResponseCode.ServFail);
        }

        if (Find(query.Name) is not { } source)
        {
            return NextAsync(query);
        }

        if (!source.IsReady)
        {
            NotReadyAnswer.Fail(response, Name);
            return ValueTask.CompletedTask;
        }

        string client = query.Remote.ToIPAddress().ToString();
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

        query.Hold(slot);
        if (!query.TryBeginWait())
        {
            return Fail(response, ResponseCode.ServFail);
        }

        ZoneStream stream = new(
            source.CreateAuthority(serial), source.ReadRecords(), count => LogTransferred(count, source.Zone.Text, client, serial));
        stream.TryFill(response);
        response.Answer(Name);
        if (stream.HasEnded)
        {
            stream.Dispose();
        }
        else
        {
            response.Stream = stream;
        }

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outgoing transfer of zone \"{Zone}\" to {Client} rejected: the limit of {Most} concurrent transfers is reached")]
    private partial void LogTooMany(string zone, string client, int most);

    [LoggerMessage(Level = LogLevel.Information, Message = "Outgoing noop, incremental transfer for up to date zone \"{Zone}\" to {Client} for {Serial} SOA serial")]
    private partial void LogCurrent(string zone, string client, uint serial);
}
