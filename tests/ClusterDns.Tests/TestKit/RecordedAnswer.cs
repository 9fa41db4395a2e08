using System.Globalization;
using System.Net;
using System.Text.Json;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;

namespace ClusterDns.Tests.TestKit;

/// <summary>A question, and what CoreDNS 1.14.7 answered to it: a line of Data/golden/rewrite/*.jsonl.</summary>
/// <param name="Ask">The name, the type, and words: CH, edns, do, id=N, from=ADDRESS.</param>
/// <param name="Code">The response code.</param>
/// <param name="Flags">The header's flags.</param>
/// <param name="Question">The question.</param>
/// <param name="Answer">The records of the answer section, sorted.</param>
internal sealed record RecordedAnswer(string Ask, string Code, string Flags, string Question, string Answer)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "golden", "rewrite");

    /// <summary>The port that the recorded Corefiles serve at in tests.</summary>
    public const int Port = 5301;

    /// <summary>The Corefile of a group of answers.</summary>
    /// <param name="group">The group.</param>
    /// <param name="hosts">An empty hosts file.</param>
    public static string ReadCorefile(string group, string hosts)
        => File.ReadAllText(Path.Combine(Folder, group + ".Corefile"))
            .Replace("{$PORT}", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{$STUB}", "5302", StringComparison.Ordinal)
            .Replace("{$HOSTS}", hosts, StringComparison.Ordinal);

    /// <summary>The answers of a group.</summary>
    public static IEnumerable<RecordedAnswer> Read(string group)
        => File.ReadLines(Path.Combine(Folder, group + ".jsonl")).Select(static line => Parse(JsonDocument.Parse(line).RootElement));

    /// <summary>What a configuration answers to the question, in the same form.</summary>
    public RecordedAnswer AskAgain(ServerModel model)
    {
        string[] words = Ask.Split(' ');
        Query query = new Exchange().Query;
        int length = WriteQuery(query.Exchange.RequestBuffer, words);
        NetworkEndpoint client = Endpoint(Array.Find(words, static word => word.StartsWith("from=", StringComparison.Ordinal))?[5..] ?? "127.0.0.1", 40_000);
        NetworkEndpoint server = Endpoint("127.0.0.1", Port);
        ValueTask<bool> task = model.Listeners[0].Pipeline.HandleAsync(query.Exchange, length, TransportProtocol.Udp, in server, in client, null);
        Assert.True(task.IsCompletedSuccessfully && task.GetAwaiter().GetResult());
        DnsHeader.TryRead(query.ResponseMessage, out DnsHeader header);
        return new RecordedAnswer(
            Ask,
            ResponseCodes.ToText(query.Response.Code),
            DescribeFlags(header.Flags),
            $"{DomainName.ToText(query.QuestionName)} {RecordClasses.ToText(query.Class)} {RecordTypes.ToText(query.Type)}",
            string.Join('\n', DescribeAnswers(query)));
    }

    private static RecordedAnswer Parse(JsonElement line) => new(
        line.GetProperty("ask").GetString()!,
        line.GetProperty("rcode").GetString()!,
        line.GetProperty("flags").GetString()!,
        line.GetProperty("question")[0].GetString()!,
        string.Join('\n', line.GetProperty("answer").EnumerateArray().Select(static record => record.GetString())));

    private static int WriteQuery(Span<byte> destination, string[] words)
    {
        bool hasEdns = words.Contains("edns", StringComparer.Ordinal);
        string? id = Array.Find(words, static word => word.StartsWith("id=", StringComparison.Ordinal));
        WireWriter writer = new(destination);
        writer.TryWriteHeader(new DnsHeader
        {
            Id = id is null ? (ushort)1 : ushort.Parse(id.AsSpan(3), CultureInfo.InvariantCulture),
            Flags = HeaderFlags.RecursionDesired,
            QuestionCount = 1,
            AdditionalCount = hasEdns ? (ushort)1 : (ushort)0,
        });
        writer.TryWriteQuestion(
            DomainName.Parse(words[0] + "."), Enum.Parse<RecordType>(words[1]), words.Contains("CH", StringComparer.Ordinal) ? RecordClass.CH : RecordClass.IN);
        int length = writer.Length;
        if (hasEdns)
        {
            // Root, OPT, 1232 bytes, no extended code, version 0, DO or not, no options (RFC 6891 section 6.1.2).
            ReadOnlySpan<byte> option = [0, 0, 41, 4, 208, 0, 0, words.Contains("do", StringComparer.Ordinal) ? (byte)0x80 : (byte)0, 0, 0, 0];
            option.CopyTo(destination[length..]);
            length += option.Length;
        }

        return length;
    }

    private static NetworkEndpoint Endpoint(string address, int port) => NetworkEndpoint.From(new IPEndPoint(IPAddress.Parse(address), port));

    private static string DescribeFlags(HeaderFlags flags)
    {
        (HeaderFlags Flag, string Name)[] names =
        [
            (HeaderFlags.Response, "QR"), (HeaderFlags.AuthoritativeAnswer, "AA"), (HeaderFlags.Truncated, "TC"), (HeaderFlags.RecursionDesired, "RD"),
            (HeaderFlags.RecursionAvailable, "RA"), (HeaderFlags.AuthenticData, "AD"), (HeaderFlags.CheckingDisabled, "CD"),
        ];
        return string.Join(' ', names.Where(name => (flags & name.Flag) != HeaderFlags.None).Select(static name => name.Name));
    }

    private static IOrderedEnumerable<string> DescribeAnswers(Query query)
    {
        List<string> answers = [];
        foreach (ResponseRecord record in query.Response.Answers.Span)
        {
            ReadOnlySpan<byte> owner = record.OwnerSource is null ? query.QuestionName : record.Owner;
            answers.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{DomainName.ToText(owner)} {record.TimeToLive} {RecordClasses.ToText(record.Class)} {RecordTypes.ToText(record.Type)} {RdataText.ToText(record.Type, record.Rdata)}"));
        }

        return answers.Order(StringComparer.Ordinal);
    }
}
