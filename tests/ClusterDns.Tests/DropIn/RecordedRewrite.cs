using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.DropIn;

/// <summary>One line of the recorded answers: a question, and what CoreDNS 1.14.7 answered.</summary>
/// <param name="Ask">The question: name, type, and words.</param>
/// <param name="Answer">The answer as text.</param>
internal sealed record RecordedRewrite(string Ask, string Answer)
{
    private static readonly string[] Sections = ["question", "answer", "authority", "additional"];

    private static readonly (HeaderFlags Flag, string Name)[] Flags =
    [
        (HeaderFlags.Response, "QR"),
        (HeaderFlags.AuthoritativeAnswer, "AA"),
        (HeaderFlags.Truncated, "TC"),
        (HeaderFlags.RecursionDesired, "RD"),
        (HeaderFlags.RecursionAvailable, "RA"),
        (HeaderFlags.AuthenticData, "AD"),
        (HeaderFlags.CheckingDisabled, "CD"),
    ];

    /// <summary>Reads the lines of a file.</summary>
    /// <param name="path">The file.</param>
    public static IEnumerable<RecordedRewrite> Read(string path) => File.ReadLines(path).Select(static line =>
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement recorded = document.RootElement;
        StringBuilder text = new($"{recorded.GetProperty("rcode")} {recorded.GetProperty("flags")}");
        foreach (string section in Sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{section}: {string.Join("; ", recorded.GetProperty(section).EnumerateArray().Order(JsonOrder.Instance))}");
        }

        if (recorded.TryGetProperty("edns", out JsonElement edns))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\nedns: {edns.GetProperty("udp")} {edns.GetProperty("flags")} {string.Join(' ', edns.GetProperty("options").EnumerateArray().Order(JsonOrder.Instance))}");
        }

        return new RecordedRewrite(recorded.GetProperty("ask").GetString()!, text.ToString());
    });

    /// <summary>The question.</summary>
    public ClientQuestion ToQuestion()
    {
        string[] words = Ask.Split(' ');
        Assert.True(RecordTypes.TryParse(words[1], out RecordType type));
        ClientQuestion question = new(words[0] + ".", type);
        foreach (string word in words[2..])
        {
            question = word switch
            {
                "CH" => question with { Class = RecordClass.CH },
                "tcp" => question with { Tcp = true },
                "edns" => question with { UdpSize = 1232 },
                "local" => question with { Options = [0xFF, 0xEE, 0, 2, 0x7A, 0x7A, 0xFF, 0xED, 0, 2, 0x79, 0x79] },
                "nsid" => question with { Options = [0, 3, 0, 0] },
                "subnet" => question with { Options = [0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2] },
                _ => throw new FormatException(word),
            };
        }

        return question;
    }

    /// <summary>Asks a question.</summary>
    /// <param name="server">Whom.</param>
    /// <param name="question">The question.</param>
    public static async Task<byte[]> AskAsync(IPEndPoint server, ClientQuestion question)
    {
        if (!question.Tcp)
        {
            using UdpTestClient datagrams = new(server);
            datagrams.Send(question.ToMessage());
            return await datagrams.ReceiveAsync();
        }

        using TcpTestClient stream = new(server.AddressFamily, receiveBuffer: null);
        await stream.ConnectAsync(server);
        await stream.SendAsync(TestQuery.Frame(question.ToMessage()));
        return await stream.ReceiveAsync() ?? throw new IOException("the connection was closed");
    }

    /// <summary>A message in the form of the recorded answers.</summary>
    /// <param name="message">The message.</param>
    public static string Describe(byte[] message)
    {
        WireReader reader = new(message);
        Assert.True(reader.TryReadHeader(out DnsHeader header));
        byte[] name = new byte[DomainName.MaxWireLength];
        Assert.True(reader.TryReadQuestion(name, out int length, out RecordType type, out RecordClass recordClass));
        StringBuilder text = new(ResponseCodes.ToText(header.ResponseCode));
        foreach ((HeaderFlags flag, string flagName) in Flags.Where(flag => header.Flags.HasFlag(flag.Flag)))
        {
            text.Append(' ').Append(flagName);
        }

        text.Append(CultureInfo.InvariantCulture, $"\nquestion: {DomainName.ToText(name.AsSpan(0, length))} {RecordClasses.ToText(recordClass)} {RecordTypes.ToText(type)}");
        string edns = "";
        foreach ((string section, int count) in (ReadOnlySpan<(string, int)>)[("answer", header.AnswerCount), ("authority", header.AuthorityCount), ("additional", header.AdditionalCount)])
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{section}: {string.Join("; ", ReadSection(ref reader, count, ref edns))}");
        }

        return text + edns;
    }

    private static List<string> ReadSection(ref WireReader reader, int count, ref string edns)
    {
        List<(string Set, uint TimeToLive, string Rdata)> records = [];
        for (int i = 0; i < count; i++)
        {
            Assert.True(reader.TryReadRecord(out RecordView record));
            if (record.Type == RecordType.OPT)
            {
                Assert.True(EdnsView.TryRead(reader.Message, in record, out EdnsView view));
                edns = DescribeEdns(reader.Message, in view);
                continue;
            }

            byte[] owner = new byte[DomainName.MaxWireLength];
            WireReader name = new(reader.Message, record.OwnerOffset);
            Assert.True(name.TryReadName(owner, out int length));
            byte[] rdata = new byte[ushort.MaxValue];
            Assert.True(RdataNames.TryExpandRdata(reader.Message, in record, rdata, out int rdataLength));
            records.Add((
                $"{DomainName.ToText(owner.AsSpan(0, length))} {RecordClasses.ToText(record.Class)} {RecordTypes.ToText(record.Type)}",
                record.TimeToLive,
                RdataText.ToText(record.Type, rdata.AsSpan(0, rdataLength))));
        }

        // The recorder gave the records of a set the least of their times to live.
        return
        [
            .. records.Select(record =>
            {
                string[] set = record.Set.Split(' ');
                uint least = records.Where(other => string.Equals(other.Set, record.Set, StringComparison.OrdinalIgnoreCase)).Min(static other => other.TimeToLive);
                return string.Create(CultureInfo.InvariantCulture, $"{set[0]} {least} {set[1]} {set[2]} {record.Rdata}");
            }).Order(StringComparer.Ordinal),
        ];
    }

    private static string DescribeEdns(ReadOnlySpan<byte> message, in EdnsView view)
    {
        List<string> options = [];
        EdnsOptionReader reader = new(view.Options(message));
        while (reader.TryRead(out EdnsOptionCode code, out ReadOnlySpan<byte> data))
        {
            options.Add(string.Create(CultureInfo.InvariantCulture, $"{(int)code}={Convert.ToHexStringLower(data)}"));
        }

        options.Sort(StringComparer.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"\nedns: {view.UdpSize} {(view.DnssecOk ? 32768 : 0)} {string.Join(' ', options)}");
    }

    private sealed class JsonOrder : IComparer<JsonElement>
    {
        public static JsonOrder Instance { get; } = new();

        public int Compare(JsonElement x, JsonElement y) => string.CompareOrdinal(x.GetString(), y.GetString());
    }
}
