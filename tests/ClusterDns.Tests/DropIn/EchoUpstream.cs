using System.Globalization;
using System.Text;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.DropIn;

/// <summary>
/// Answers as the upstream did that was behind the recorded CoreDNS: TXT with what was asked, any other type with an address. EDNS options come
/// back, except those from 65400 to 65409, whose content differs from run to run.
/// </summary>
internal static class EchoUpstream
{
    private const ushort UdpSize = 1232;
    private const uint TimeToLive = 60;

    /// <summary>An upstream that answers so, over UDP and TCP.</summary>
    public static ScriptedUpstream Start() => new()
    {
        OnDatagram = static (query, _) => [Answer(query)],
        OnStream = static query => [Answer(query)],
    };

    private static byte[] Answer(byte[] query)
    {
        QueryView view = default;
        Assert.Equal(QueryStatus.Ok, MessageParser.TryParseQuery(query, ref view));
        ReadOnlySpan<byte> name = query.AsSpan(DnsHeader.Length, view.NameLength);
        bool isText = view.Type == RecordType.TXT;
        byte[] message = new byte[4096];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader
        {
            Id = view.Header.Id,
            Flags = HeaderFlags.Response | (view.Header.Flags & HeaderFlags.RecursionDesired),
            QuestionCount = 1,
            AnswerCount = 1,
            AdditionalCount = view.Edns.Present ? (ushort)1 : (ushort)0,
        });
        writer.TryWriteQuestion(name, view.Type, view.Class);
        byte[] seen = Encoding.ASCII.GetBytes(Describe(query, in view));
        writer.TryWriteRecord(
            name, isText ? RecordType.TXT : RecordType.A, RecordClass.IN, TimeToLive, isText ? [(byte)seen.Length, .. seen] : [192, 0, 2, 99]);
        if (view.Edns.Present)
        {
            writer.TryWriteOpt(UdpSize, extendedRcode: 0, version: 0, view.Edns.DnssecOk, ReturnedOptions(query, in view));
        }

        return writer.Written.ToArray();
    }

    private static string Describe(byte[] query, in QueryView view)
    {
        List<string> options = [];
        EdnsOptionReader reader = new(view.Edns.Options(query));
        while (reader.TryRead(out EdnsOptionCode code, out ReadOnlySpan<byte> data))
        {
            options.Add(string.Create(CultureInfo.InvariantCulture, $"{(int)code}={(IsMasked(code) ? $"len{data.Length}" : Convert.ToHexStringLower(data))}"));
        }

        string edns = view.Edns.Present
            ? string.Create(CultureInfo.InvariantCulture, $"edns=0 size={view.Edns.UdpSize} do={view.Edns.DnssecOk}")
            : "edns=-1 size=0 do=0";
        return $"{DomainName.ToText(query.AsSpan(DnsHeader.Length, view.NameLength))} {RecordTypes.ToText(view.Type)} {RecordClasses.ToText(view.Class)} {edns} [{string.Join(' ', options)}]";
    }

    private static byte[] ReturnedOptions(byte[] query, in QueryView view)
    {
        List<byte> returned = [];
        EdnsOptionReader reader = new(view.Edns.Options(query));
        while (reader.TryRead(out EdnsOptionCode code, out ReadOnlySpan<byte> data))
        {
            if (!IsMasked(code))
            {
                returned.AddRange([(byte)((int)code >> 8), (byte)code, (byte)(data.Length >> 8), (byte)data.Length, .. data]);
            }
        }

        return [.. returned];
    }

    private static bool IsMasked(EdnsOptionCode code) => (int)code is >= 65400 and < 65410;
}
