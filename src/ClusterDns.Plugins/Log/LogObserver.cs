using System.Runtime.CompilerServices;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Log;

/// <summary>Writes a line for each query, once it is answered, without allocation.</summary>
internal sealed class LogObserver : IQueryObserver
{
    /// <summary>The longest line; what is longer is cut. A name takes at most 1,004 bytes of text.</summary>
    private const int MaxLine = 4096;

    private readonly Rule[] _rules;
    private readonly ILogOutput _output;
    private readonly TimeProvider _timeProvider;

    /// <summary>An observer.</summary>
    /// <param name="options">What is logged.</param>
    /// <param name="output">Where the lines go.</param>
    /// <param name="timeProvider">The clock.</param>
    public LogObserver(LogOptions options, ILogOutput output, TimeProvider timeProvider)
    {
        _rules =
        [
            .. options.Rules.Select(static rule => new Rule(rule.Zone.Wire.ToArray(), LogFormat.Compile(rule.Format), rule.Classes)),
        ];
        _output = output;
        _timeProvider = timeProvider;
    }

    /// <inheritdoc/>
    public void OnEnd(Query query, QueryEnd outcome)
    {
        foreach (Rule rule in _rules)
        {
            if (DomainName.IsSubdomainOf(query.Name, rule.Zone))
            {
                if (rule.Classes.HasFlag(ToLogClass(ResponseKinds.Of(query).ToClass())))
                {
                    Write(query, rule);
                }

                return;
            }
        }
    }

    private static LogClasses ToLogClass(ResponseClass responseClass) => responseClass switch
    {
        ResponseClass.Success => LogClasses.Success,
        ResponseClass.Denial => LogClasses.Denial,
        _ => LogClasses.Error,
    };

    [SkipLocalsInit]
    private void Write(Query query, Rule rule)
    {
        LogLineWriter line = new(stackalloc byte[MaxLine]);
        line.Append("[INFO] "u8);
        foreach (LogPiece piece in rule.Format)
        {
            Append(ref line, query, in piece);
        }

        _output.TryWriteLine(line.Written);
    }

    private void Append(ref LogLineWriter line, Query query, ref readonly LogPiece piece)
    {
        switch (piece.Part)
        {
            case LogPart.Literal:
                line.Append(piece.Literal);
                break;
            case LogPart.Metadata:
                AppendMetadata(ref line, query.GetMetadata(piece.Label));
                break;
            case LogPart.Duration:
                line.AppendSeconds(_timeProvider.GetElapsedTime(query.ReceivedTimestamp));
                line.Append("s"u8);
                break;
            case LogPart.ResponseCode or LogPart.ResponseFlags or LogPart.ResponseSize:
                AppendResponse(ref line, query, piece.Part);
                break;
            default:
                AppendRequest(ref line, query, piece.Part);
                break;
        }
    }

    private static void AppendMetadata(ref LogLineWriter line, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            line.Append("-"u8);
        }
        else
        {
            line.AppendText(value);
        }
    }

    private static void AppendRequest(ref LogLineWriter line, Query query, LogPart part)
    {
        switch (part)
        {
            case LogPart.Type:
                line.Append(query.Type);
                break;
            case LogPart.Name:
                line.AppendName(query.Name);
                break;
            case LogPart.Class:
                line.Append(query.Class);
                break;
            case LogPart.Protocol:
                line.Append(query.Transport == TransportProtocol.Udp ? "udp"u8 : "tcp"u8);
                break;
            case LogPart.Size:
                line.Append(query.Request.Length);
                break;
            case LogPart.Remote:
                line.AppendAddress(query.Remote);
                break;
            case LogPart.Port:
                line.Append(query.Remote.Port);
                break;
            case LogPart.Local:
                line.AppendAddress(query.Local);
                break;
            case LogPart.Id:
                line.Append(query.Header.Id);
                break;
            case LogPart.Opcode:
                line.Append((int)query.Header.Opcode);
                break;
            case LogPart.DnssecOk:
                line.Append(query.DnssecOk ? "true"u8 : "false"u8);
                break;
            default:
                line.Append(query.Transport == TransportProtocol.Udp ? Math.Max(512, (int)query.UdpSize) : ushort.MaxValue);
                break;
        }
    }

    private static void AppendResponse(ref LogLineWriter line, Query query, LogPart part)
    {
        Response response = query.Response;
        if (response.Status is ResponseStatus.None or ResponseStatus.Dropped)
        {
            line.Append(part == LogPart.ResponseSize ? "0"u8 : "-"u8);
            return;
        }

        switch (part)
        {
            case LogPart.ResponseCode:
                line.Append(response.Code);
                break;
            case LogPart.ResponseSize:
                line.Append(ResponseWriter.GetUncompressedLength(query));
                break;
            default:
                line.Append("qr"u8);
                AppendFlag(ref line, response.Authoritative, ",aa"u8);
                AppendFlag(ref line, response.Truncated, ",tc"u8);
                AppendFlag(ref line, response.RecursionDesired ?? query.Header.Flags.HasFlag(HeaderFlags.RecursionDesired), ",rd"u8);
                AppendFlag(ref line, response.RecursionAvailable, ",ra"u8);
                AppendFlag(ref line, response.AuthenticData, ",ad"u8);
                AppendFlag(ref line, query.Header.Flags.HasFlag(HeaderFlags.CheckingDisabled), ",cd"u8);
                break;
        }
    }

    private static void AppendFlag(ref LogLineWriter line, bool isSet, ReadOnlySpan<byte> text)
    {
        if (isSet)
        {
            line.Append(text);
        }
    }

    private readonly record struct Rule(byte[] Zone, LogPiece[] Format, LogClasses Classes);
}
