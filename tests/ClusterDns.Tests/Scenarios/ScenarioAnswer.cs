using System.Buffers.Binary;
using System.Globalization;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.Scenarios;

/// <summary>A message that a client or an upstream got, against what a scenario expects.</summary>
internal sealed class ScenarioAnswer
{
    private const int ExtendedErrorOption = 15;

    private static readonly (string Name, int Bit)[] Flags = [("qr", 0x8000), ("aa", 0x0400), ("tc", 0x0200), ("rd", 0x0100), ("ra", 0x0080), ("z", 0x0040), ("ad", 0x0020), ("cd", 0x0010)];

    private readonly byte[] _message;
    private readonly int _flags;
    private readonly byte[] _question;
    private readonly List<string>[] _sections = [[], [], []];
    private readonly HashSet<string> _compressedTypes = new(StringComparer.Ordinal);
    private readonly List<(int Code, byte[] Data)> _options = [];
    private int _code;
    private int _opts;
    private int _size;
    private int _version;
    private bool _dnssecOk;
    private int _ednsFlags;

    /// <summary>Takes a message apart.</summary>
    public ScenarioAnswer(byte[] message)
    {
        _message = message;
        _flags = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(2));
        _code = _flags & 15;
        WireReader reader = new(message);
        Assert.True(reader.TryReadHeader(out DnsHeader header));
        if (header.QuestionCount == 1)
        {
            Assert.True(reader.TryReadQuestion(new byte[DomainName.MaxWireLength], out _, out _, out _));
        }

        _question = message[DnsHeader.Length..reader.Position];

        int[] counts = [header.AnswerCount, header.AuthorityCount, header.AdditionalCount];
        for (int section = 0; section < counts.Length; section++)
        {
            for (int i = 0; i < counts[section]; i++)
            {
                Assert.True(reader.TryReadRecord(out RecordView record));
                if (record.Type == RecordType.OPT)
                {
                    ReadOpt(in record);
                }
                else
                {
                    _sections[section].Add(ToText(in record));
                }
            }
        }
    }

    /// <summary>
    /// Checks what every response has of its query: QR, the ID, the opcode, no reserved bit and, where there is a question section, the octets
    /// of the question as the client wrote them (RFC 1035 section 4.1).
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="query">The query's message.</param>
    /// <exception cref="ScenarioException">Something is not as expected.</exception>
    public ScenarioAnswer Answers(ScenarioLine step, byte[] query)
    {
        const int fromQuery = 0x7800;
        Expect(step, $"ID {TestQuery.GetId(_message)}", $"ID {TestQuery.GetId(query)}");
        Expect(step, $"QR, opcode and Z {_flags & (0x8040 | fromQuery):X4}", $"QR, opcode and Z {0x8000 | (BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(2)) & fromQuery):X4}");
        bool isMalformed = (ResponseCode)_code is ResponseCode.FormErr or ResponseCode.NotImp;
        if (!isMalformed || _question.Length > 0)
        {
            Expect(step, Convert.ToHexString(_question), Convert.ToHexString(query.AsSpan(DnsHeader.Length, Math.Min(_question.Length, query.Length - DnsHeader.Length))));
            Expect(step, $"question of {(_question.Length > 0 ? 1 : 0)}", "question of 1");
        }

        return this;
    }

    /// <summary>Checks what is expected: the response code and the answer section always, everything else where a line says so.</summary>
    /// <param name="step">The step with its details.</param>
    /// <exception cref="ScenarioException">Something is not as expected.</exception>
    public void Check(ScenarioLine step)
    {
        string[][] expected = [[], [], []];
        foreach (ScenarioLine line in step.Details)
        {
            switch (line.Words[0])
            {
                case "code":
                    Expect(line, ResponseCodes.ToText((ResponseCode)_code), line.Word(1));
                    break;
                case "flags":
                    Array.ForEach([.. line.Words.Skip(1)], flag => Expect(line, $"{flag} {HasFlag(line, flag)}", $"{flag} True"));
                    break;
                case "no-flags":
                    Array.ForEach([.. line.Words.Skip(1)], flag => Expect(line, $"{flag} {HasFlag(line, flag)}", $"{flag} False"));
                    break;
                case "answer" or "in-order":
                    expected[0] = [.. expected[0], line.Rest(1)];
                    break;
                case "authority":
                    expected[1] = [.. expected[1], line.Rest(1)];
                    break;
                case "additional":
                    expected[2] = [.. expected[2], line.Rest(1)];
                    break;
                case "no-authority":
                    Expect(line, string.Join('\n', _sections[1]), "");
                    break;
                case "no-additional":
                    Expect(line, string.Join('\n', _sections[2]), "");
                    break;
                case "opt":
                    Expect(line, string.Create(CultureInfo.InvariantCulture, $"{_opts} OPT, version {_version}{(_dnssecOk ? ", do" : "")}"), $"1 OPT, version {line.Word(1)}{(line.Words.Count > 2 ? ", do" : "")}");
                    break;
                case "no-opt":
                    Expect(line, _opts.ToString(CultureInfo.InvariantCulture), "0");
                    break;
                case "udp-size":
                    Expect(line, _size.ToString(CultureInfo.InvariantCulture), line.Word(1));
                    break;
                case "ede":
                    Expect(line, string.Join(' ', ExtendedErrors()), line.Rest(1));
                    break;
                case "edns-flags":
                    Expect(line, _ednsFlags.ToString("X4", CultureInfo.InvariantCulture), line.Word(1));
                    break;
                case "no-question":
                    Expect(line, Convert.ToHexString(_question), "");
                    break;
                case "option":
                    Expect(line, string.Join(' ', _options.Where(option => option.Code == Number(line, 1)).Select(static option => Convert.ToHexString(option.Data))), line.Rest(2));
                    break;
                case "uncompressed":
                    // No name in the rdata of this type is a pointer.
                    Expect(line, $"compressed {line.Word(1)}: {_compressedTypes.Contains(line.Word(1))}", $"compressed {line.Word(1)}: False");
                    break;
                case "no-option":
                    Expect(line, _options.Exists(option => option.Code == Number(line, 1)).ToString(), "False");
                    break;
                case "at-most":
                    Expect(line, $"{_message.Length <= Number(line, 1)} ({_message.Length} bytes)", $"True ({_message.Length} bytes)");
                    break;
                case "answers":
                    // Only how many there are, of large answers.
                    expected[0] = [.. _sections[0]];
                    Expect(line, _sections[0].Count.ToString(CultureInfo.InvariantCulture), line.Word(1));
                    break;
                case "fewer-answers":
                    expected[0] = [.. _sections[0]];
                    Expect(line, $"{_sections[0].Count < Number(line, 1)} ({_sections[0].Count})", $"True ({_sections[0].Count})");
                    break;
                default:
                    throw line.Error($"unknown word '{line.Words[0]}' of what a client gets");
            }
        }

        ExpectSection(step, 0, expected[0]);
        if (step.Details.Exists(static line => line.Words[0] is "in-order"))
        {
            Expect(step, string.Join(" | ", _sections[0]), string.Join(" | ", expected[0]));
        }

        for (int section = 1; section < expected.Length; section++)
        {
            if (expected[section].Length > 0)
            {
                ExpectSection(step, section, expected[section]);
            }
        }
    }

    private static int Number(ScenarioLine line, int word)
        => int.TryParse(line.Word(word), CultureInfo.InvariantCulture, out int number) ? number : throw line.Error($"'{line.Word(word)}' is no number");

    private static void Expect(ScenarioLine line, string got, string expected)
    {
        if (!string.Equals(got, expected, StringComparison.Ordinal))
        {
            throw line.Error($"got '{got}', expected '{expected}'");
        }
    }

    private void ExpectSection(ScenarioLine step, int section, string[] expected)
    {
        IEnumerable<string> got = _sections[section].Order(StringComparer.Ordinal);
        Expect(step, string.Join(" | ", got), string.Join(" | ", expected.Order(StringComparer.Ordinal)));
    }

    private bool HasFlag(ScenarioLine line, string name)
        => (_flags & Array.Find(Flags, flag => string.Equals(flag.Name, name, StringComparison.Ordinal)) switch
        {
            (null, _) => throw line.Error($"unknown flag '{name}'"),
            (_, int bit) => bit,
        }) != 0;

    private IEnumerable<int> ExtendedErrors() => _options
        .Where(static option => option.Code == ExtendedErrorOption)
        .Select(static option => (int)BinaryPrimitives.ReadUInt16BigEndian(option.Data));

    private void ReadOpt(in RecordView record)
    {
        _opts++;
        _size = (int)record.Class;
        _code |= (int)(record.TimeToLive >> 24) << 4;
        _version = (int)(record.TimeToLive >> 16) & 255;
        _dnssecOk = (record.TimeToLive & 0x8000) != 0;
        _ednsFlags = (int)record.TimeToLive & 0xFFFF;
        ReadOnlySpan<byte> rest = _message.AsSpan(record.RdataOffset, record.RdataLength);
        while (rest.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            _options.Add((BinaryPrimitives.ReadUInt16BigEndian(rest), rest.Slice(4, length).ToArray()));
            rest = rest[(4 + length)..];
        }
    }

    private string ToText(in RecordView record)
    {
        byte[] name = new byte[DomainName.MaxWireLength];
        WireReader owner = new(_message, record.OwnerOffset);
        Assert.True(owner.TryReadName(name, out int nameLength));
        byte[] rdata = new byte[ushort.MaxValue];
        Assert.True(RdataNames.TryExpandRdata(_message, in record, rdata, out int rdataLength));
        if (rdataLength != record.RdataLength)
        {
            _compressedTypes.Add(RecordTypes.ToText(record.Type));
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DomainName.ToText(name.AsSpan(0, nameLength))} {record.TimeToLive} {RecordTypes.ToText(record.Type)} {RdataText.ToText(record.Type, rdata.AsSpan(0, rdataLength))}");
    }
}
