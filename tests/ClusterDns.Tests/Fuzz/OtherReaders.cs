using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using ClusterDns.Core.Wire;
using DnsClient;
using DnsClient.Protocol;
using Arsoft = ARSoft.Tools.Net.Dns;

namespace ClusterDns.Tests.Fuzz;

/// <summary>Answers as other people's readers see them: each must read every one, and find in it the records that ours finds.</summary>
internal static class OtherReaders
{
    /// <summary>
    /// ARSoft.Tools.Net reads no name of more than 126 labels, and counts a pointer as one; so it takes 127 labels, or a pointer to
    /// 126, for a loop. RFC 1035 section 3.1 bounds a name's octets alone, at 255, which is 127 labels of one octet and the root.
    /// </summary>
    private const int TooManyLabelsForArsoft = 126;

    private static readonly Func<ArraySegment<byte>, object> DnsClientParse = BindDnsClientParse();
    private static readonly Func<object, List<DnsResourceRecord>>[] DnsClientSections =
        [BindDnsClientSection("Answers"), BindDnsClientSection("Authorities"), BindDnsClientSection("Additionals")];

    /// <summary>What a reader finds wrong; null when none finds anything.</summary>
    /// <param name="answer">What would be sent.</param>
    public static string? Find(ReadOnlySpan<byte> answer)
    {
        byte[] bytes = answer.ToArray();
        return FindByArsoft(bytes) ?? FindByDnsClient(bytes);
    }

    /// <summary>What ARSoft.Tools.Net finds wrong.</summary>
    /// <param name="answer">What would be sent.</param>
    public static string? FindByArsoft(byte[] answer)
        => CountQuestionLabels(answer) >= TooManyLabelsForArsoft ? null : Compare("ARSoft.Tools.Net", answer, ReadByArsoft);

    /// <summary>What DnsClient finds wrong.</summary>
    /// <param name="answer">What would be sent.</param>
    public static string? FindByDnsClient(byte[] answer) => Compare("DnsClient", answer, ReadByDnsClient);

    [SuppressMessage("Design", "CA1031", Justification = "A reader that throws, whatever it throws, has found something wrong.")]
    private static string? Compare(string reader, byte[] answer, Func<byte[], List<Seen>> read)
    {
        List<Seen> theirs;
        try
        {
            theirs = read(answer);
        }
        catch (Exception exception)
        {
            return $"{reader} cannot read the answer: {exception.Message}\n{Convert.ToHexString(answer)}";
        }

        List<Seen> ours = ReadByUs(answer);
        return ours.SequenceEqual(theirs)
            ? null
            : $"{reader} reads {string.Join(' ', theirs)} and not {string.Join(' ', ours)}\n{Convert.ToHexString(answer)}";
    }

    private static List<Seen> ReadByUs(byte[] answer)
    {
        WireReader reader = new(answer);
        Assert.True(reader.TryReadHeader(out DnsHeader header));
        List<Seen> seen = [];
        for (int i = 0; i < header.QuestionCount; i++)
        {
            Assert.True(reader.TrySkipName() && reader.TryReadUInt16(out ushort type) && reader.TryReadUInt16(out ushort recordClass)
                && Add(seen, Seen.Question(type, recordClass)));
        }

        int[] counts = [header.AnswerCount, header.AuthorityCount, header.AdditionalCount];
        for (int section = 0; section < counts.Length; section++)
        {
            for (int i = 0; i < counts[section]; i++)
            {
                Assert.True(reader.TryReadRecord(out RecordView record));
                Add(seen, Seen.Record(section, (ushort)record.Type, record.TimeToLive));
            }
        }

        return seen;
    }

    private static List<Seen> ReadByArsoft(byte[] answer)
    {
        Arsoft.DnsMessage message = Arsoft.DnsMessage.Parse(answer);
        List<Seen> seen = [.. message.Questions.Select(static question => Seen.Question((ushort)question.RecordType, (ushort)question.RecordClass))];
        List<Arsoft.DnsRecordBase>[] sections = [message.AnswerRecords, message.AuthorityRecords, message.AdditionalRecords];
        for (int section = 0; section < sections.Length; section++)
        {
            seen.AddRange(sections[section].Select(
                record => Seen.Record(section, (ushort)record.RecordType, (uint)record.TimeToLive)));
        }

        return seen;
    }

    private static List<Seen> ReadByDnsClient(byte[] answer)
    {
        object message = DnsClientParse(answer);
        List<DnsQuestion> questions = (List<DnsQuestion>)message.GetType().GetProperty("Questions")!.GetValue(message)!;
        List<Seen> seen = [.. questions.Select(static question => Seen.Question((ushort)question.QuestionType, (ushort)question.QuestionClass))];
        for (int section = 0; section < DnsClientSections.Length; section++)
        {
            seen.AddRange(DnsClientSections[section](message).Select(
                record => Seen.Record(section, (ushort)record.RecordType, (uint)record.InitialTimeToLive)));
        }

        return seen;
    }

    private static int CountQuestionLabels(byte[] answer)
    {
        int labels = 0;
        for (int at = DnsHeader.Length; answer[5] > 0 && at < answer.Length && answer[at] is > 0 and < 64; at += answer[at] + 1)
        {
            labels++;
        }

        return labels;
    }

    private static bool Add(List<Seen> seen, Seen item)
    {
        seen.Add(item);
        return true;
    }

    // The library parses only what its own client has received; loopback is too slow for so many answers.
    private static Func<ArraySegment<byte>, object> BindDnsClientParse()
    {
        Type handler = typeof(LookupClient).Assembly.GetType("DnsClient.DnsUdpMessageHandler", throwOnError: true)!;
        MethodInfo parse = handler.GetMethod("GetResponseMessage", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!;
        return parse.CreateDelegate<Func<ArraySegment<byte>, object>>(Activator.CreateInstance(handler, nonPublic: true));
    }

    private static Func<object, List<DnsResourceRecord>> BindDnsClientSection(string name)
    {
        PropertyInfo section = typeof(LookupClient).Assembly.GetType("DnsClient.DnsResponseMessage", throwOnError: true)!.GetProperty(name)!;
        return message => (List<DnsResourceRecord>)section.GetValue(message)!;
    }

    /// <summary>A question or a record; of an OPT record only that it is there, since its other fields mean other things.</summary>
    private readonly record struct Seen(int Section, ushort Type, uint Value)
    {
        private const int QuestionSection = -1;

        public static Seen Question(ushort type, ushort recordClass) => new(QuestionSection, type, recordClass);

        public static Seen Record(int section, ushort type, uint timeToLive)
            => new(section, type, type == (ushort)RecordType.OPT ? 0 : timeToLive);
    }
}
