using System.Globalization;
using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.Scenarios;

/// <summary>The upstream of a scenario: replies by name, type and transport, as its lines say. A later line replaces an earlier one.</summary>
internal sealed class ScenarioUpstream : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Rule> _rules = [];
    private readonly List<(Rule Rule, byte[] Query, IPEndPoint Sender)> _held = [];
    private readonly HashSet<int> _ids = [];
    private int _asked;

    /// <summary>One that fails every query until a rule says more.</summary>
    public ScenarioUpstream()
    {
        Server.OnDatagram = (query, _) => Answer(query, "udp");
        Server.OnStream = query => Answer(query, "tcp");
    }

    /// <summary>The server.</summary>
    public ScriptedUpstream Server { get; } = new();

    /// <summary>How many queries came, over UDP and TCP.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>How many IDs they had.</summary>
    public int Ids
    {
        get
        {
            lock (_lock)
            {
                return _ids.Count;
            }
        }
    }

    /// <summary>Adds a rule: <c>upstream NAME TYPE [udp|tcp] [silent|hold]</c> with the reply's lines.</summary>
    public void Add(ScenarioLine line)
    {
        Rule rule = Rule.Parse(line);
        lock (_lock)
        {
            _rules.Add(rule);
        }
    }

    /// <summary>Sends the replies that were held for a name.</summary>
    public void Release(ScenarioLine line)
    {
        lock (_lock)
        {
            int released = _held.RemoveAll(held =>
            {
                if (!string.Equals(held.Rule.Name, line.Word(1), StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }

                Array.ForEach(held.Rule.Reply(held.Query), reply => Server.Send(reply, held.Sender));
                return true;
            });
            if (released == 0)
            {
                throw line.Error($"no query for {line.Word(1)} is held");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Server.Dispose();

    private byte[][] Answer(byte[] query, string transport)
    {
        WireReader reader = new(query);
        byte[] name = new byte[DomainName.MaxWireLength];
        Assert.True(reader.TryReadHeader(out _));
        Assert.True(reader.TryReadQuestion(name, out int length, out RecordType type, out _));
        string text = DomainName.ToText(name.AsSpan(0, length));
        lock (_lock)
        {
            _ids.Add(ScriptedUpstream.IdOf(query));
            Rule? rule = _rules.FindLast(candidate => candidate.Matches(text, type, transport));
            try
            {
                if (rule is { IsHeld: true })
                {
                    _held.Add((rule, query, Server.LastSender!));
                    return [];
                }

                return rule is null ? [ScriptedUpstream.Answer(query, ResponseCode.Refused)] : rule.Reply(query);
            }
            finally
            {
                Interlocked.Increment(ref _asked);
            }
        }
    }

    private sealed record Rule(string Name, RecordType Type, string? Transport, bool IsSilent, bool IsHeld, IReadOnlyList<ScenarioLine> Lines)
    {
        private static readonly (string Name, int Bit)[] Flags = [("aa", 0x0400), ("tc", 0x0200), ("ra", 0x0080), ("ad", 0x0020), ("cd", 0x0010)];

        public static Rule Parse(ScenarioLine line)
        {
            if (!RecordTypes.TryParse(line.Word(2), out RecordType type))
            {
                throw line.Error($"'{line.Word(2)}' is no record type");
            }

            string? transport = null;
            bool isSilent = false;
            bool isHeld = false;
            foreach (string word in line.Words.Skip(3))
            {
                switch (word)
                {
                    case "udp" or "tcp":
                        transport = word;
                        break;
                    case "silent":
                        isSilent = true;
                        break;
                    case "hold":
                        isHeld = true;
                        break;
                    default:
                        throw line.Error($"unknown word '{word}', expected udp, tcp, silent or hold");
                }
            }

            Rule rule = new(line.Word(1), type, transport, isSilent, isHeld, line.Details);

            // What a line says wrongly is found when the file is read, not when somebody asks.
            rule.Reply(ScenarioRecords.Message(0, 0x0100, ScenarioRecords.Question(rule.Name, type, RecordClass.IN), [], [], []));
            return rule;
        }

        public bool Matches(string name, RecordType type, string transport)
            => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase) && Type == type && (Transport is null || string.Equals(Transport, transport, StringComparison.Ordinal));

        /// <summary>The replies; a line <c>then</c> ends one and begins the next.</summary>
        public byte[][] Reply(byte[] query)
        {
            List<byte[]> replies = [];
            List<ScenarioLine> part = [];
            foreach (ScenarioLine line in Lines)
            {
                if (line.Words[0] is "then")
                {
                    replies.Add(ReplyOnce(query, part));
                    part = [];
                }
                else
                {
                    part.Add(line);
                }
            }

            replies.Add(ReplyOnce(query, part));
            return IsSilent ? [] : [.. replies];
        }

        private static byte[] ReplyOnce(byte[] query, List<ScenarioLine> lines)
        {
            int id = ScriptedUpstream.IdOf(query);
            int flags = 0x8000 | (query[2] & 1) << 8;
            WireReader reader = new(query);
            byte[] name = new byte[DomainName.MaxWireLength];
            Assert.True(reader.TryReadHeader(out _) && reader.TryReadQuestion(name, out _, out _, out _));
            byte[] question = query[DnsHeader.Length..reader.Position];
            List<byte[]>[] sections = [[], [], []];
            List<byte> options = [];
            int? size = null;
            foreach (ScenarioLine line in lines)
            {
                switch (line.Words[0])
                {
                    case "code":
                        flags |= ResponseCodes.TryParse(line.Word(1), out ResponseCode code) ? (int)code : throw line.Error($"'{line.Word(1)}' is no response code");
                        break;
                    case "flags":
                        flags |= line.Words.Skip(1).Sum(word => Array.Find(Flags, flag => string.Equals(flag.Name, word, StringComparison.Ordinal)) is (not null, int bit) ? bit : throw line.Error($"unknown flag '{word}'"));
                        break;
                    case "answer":
                        sections[0].Add(ScenarioRecords.Parse(line, 1));
                        break;
                    case "authority":
                        sections[1].Add(ScenarioRecords.Parse(line, 1));
                        break;
                    case "additional":
                        sections[2].Add(ScenarioRecords.Parse(line, 1));
                        break;
                    case "many":
                        // many COUNT: so many TXT records of 100 octets.
                        sections[0].AddRange(Enumerable.Range(0, int.Parse(line.Word(1), CultureInfo.InvariantCulture)).Select(number => ScenarioRecords.Parse(
                            line with { Words = [DomainName.ToText(question.AsSpan(0, question.Length - 4)), "60", "TXT", $"{number:D3}{new string('x', 96)}"] }, 0)));
                        break;
                    case "opt":
                        size = int.Parse(line.Word(1), CultureInfo.InvariantCulture);
                        break;
                    case "option":
                        options.AddRange(ScenarioRecords.Option(int.Parse(line.Word(1), CultureInfo.InvariantCulture), Convert.FromHexString(line.Word(2))));
                        break;
                    case "ede":
                        int extended = int.Parse(line.Word(1), CultureInfo.InvariantCulture);
                        options.AddRange(ScenarioRecords.Option(15, [(byte)(extended >> 8), (byte)extended]));
                        break;
                    case "another-id":
                        id ^= 1;
                        break;
                    case "question":
                        question = ScenarioRecords.Question(line.Word(1), RecordType.A, RecordClass.IN);
                        break;
                    default:
                        throw line.Error($"unknown word '{line.Words[0]}' of what an upstream says");
                }
            }

            if (size is not null || options.Count > 0)
            {
                sections[2].Add(ScenarioRecords.Opt([0], size ?? 1232, 0, dnssecOk: false, [.. options]));
            }

            return ScenarioRecords.Message(id, flags, question, sections);
        }
    }
}
