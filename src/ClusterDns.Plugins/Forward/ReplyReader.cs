using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward;

/// <summary>Takes upstreams' replies as responses.</summary>
internal static class ReplyReader
{
    /// <summary>Takes a reply as the response; one that was cut off within a record says no more than that it is truncated.</summary>
    public static MessageFault Read(Query query, byte[] message, int length, UpstreamProtocol protocol)
    {
        Response response = query.Response;
        MessageFault fault = response.LoadMessage(message, length, query.QuestionName);
        WireReader reader = new(message.AsSpan(0, length));
        if (fault != MessageFault.None
            && protocol == UpstreamProtocol.Udp
            && reader.TryReadHeader(out DnsHeader header)
            && header.Flags.HasFlag(HeaderFlags.Truncated))
        {
            response.ClearRecords();
            response.Code = header.ResponseCode;
            response.Authoritative = header.Flags.HasFlag(HeaderFlags.AuthoritativeAnswer);
            response.RecursionAvailable = header.Flags.HasFlag(HeaderFlags.RecursionAvailable);
            response.Truncated = true;
            fault = MessageFault.None;
        }

        if (fault is MessageFault.None or MessageFault.Additional or MessageFault.Trailing)
        {
            response.Answer(ForwardHandler.PluginName, response.Code, response.Authoritative);
        }

        return fault;
    }
}
