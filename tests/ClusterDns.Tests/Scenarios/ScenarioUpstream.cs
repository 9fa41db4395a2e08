using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.Scenarios;

/// <summary>The upstream of a scenario: replies by name, type and transport, as its lines say. A later line replaces an earlier one.</summary>
internal sealed class ScenarioUpstream : IDisposable
{
    private static readonly IPEndPoint Nowhere = new(IPAddress.None, 0);

    private readonly Lock _lock = new();
    private readonly List<Rule> _rules = [];
    private readonly List<(Rule Rule, byte[] Query, IPEndPoint Sender)> _held = [];
    private readonly HashSet<int> _ids = [];
    private readonly HashSet<int> _ports = [];
    private readonly Socket _elsewhere = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private int _asked;

    /// <summary>One that fails every query until a rule says more.</summary>
    public ScenarioUpstream()
    {
        Server.OnDatagram = (query, _) => Answer(query, "udp") ?? [];
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

    /// <summary>From how many UDP ports they came.</summary>
    public int Ports
    {
        get
        {
            lock (_lock)
            {
                return _ports.Count;
            }
        }
    }

    /// <summary>The last query; null before the first.</summary>
    public byte[]? LastQuery
    {
        get
        {
            lock (_lock)
            {
                return field;
            }
        }

        private set;
    }

    /// <summary>Adds a rule: <c>upstream NAME TYPE [udp|tcp] [silent|hold|cut] [once]</c> with the reply's lines.</summary>
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
    public void Dispose()
    {
        Server.Dispose();
        _elsewhere.Dispose();
    }

    /// <summary>The replies to a query; null where its connection is cut.</summary>
    private byte[][]? Answer(byte[] query, string transport)
    {
        WireReader reader = new(query);
        byte[] name = new byte[DomainName.MaxWireLength];
        if (!reader.TryReadHeader(out DnsHeader header) || header.IsResponse || !reader.TryReadQuestion(name, out int length, out RecordType type, out _))
        {
            // No query of the server's: other tests guess the ports of sockets.
            return [];
        }

        string text = DomainName.ToText(name.AsSpan(0, length));
        lock (_lock)
        {
            _ids.Add(ScriptedUpstream.IdOf(query));
            LastQuery = query;
            bool isDatagram = string.Equals(transport, "udp", StringComparison.Ordinal);
            if (isDatagram)
            {
                _ports.Add(Server.LastSender!.Port);
            }

            Rule? rule = _rules.FindLast(candidate => candidate.Matches(text, type, transport));
            if (rule is { IsOnce: true })
            {
                _rules.Remove(rule);
            }

            try
            {
                switch (rule)
                {
                    case null:
                        return [ScriptedUpstream.Answer(query, ResponseCode.Refused)];
                    case { IsHeld: true }:
                        _held.Add((rule, query, isDatagram ? Server.LastSender! : Nowhere));
                        return [];
                    case { IsCut: true }:
                        return null;
                    case { IsElsewhere: true }:
                        _elsewhere.SendTo(rule.Reply(query)[0], Server.LastSender!);
                        return rule.Reply(query)[1..];
                    case { EndsHold: true }:
                        byte[][] held = [.. _held.SelectMany(static held => held.Rule.Reply(held.Query))];
                        _held.Clear();
                        return [.. rule.Reply(query), .. held];
                    default:
                        return rule.Reply(query);
                }
            }
            finally
            {
                Interlocked.Increment(ref _asked);
            }
        }
    }

    private sealed record Rule(string Name, RecordType Type, IReadOnlyList<ScenarioLine> Lines)
    {
        private static readonly (string Name, int Bit)[] Flags = [("aa", 0x0400), ("tc", 0x0200), ("ra", 0x0080), ("z", 0x0040), ("ad", 0x0020), ("cd", 0x0010)];

        private readonly HashSet<string> _words = new(StringComparer.Ordinal);

        private string? Transport { get; init; }

        /// <summary>No reply at all.</summary>
        private bool IsSilent => _words.Contains("silent");

        /// <summary>The reply waits for a step, or over TCP for the reply to a query that ends the hold.</summary>
        public bool IsHeld => _words.Contains("hold");

        /// <summary>What is held is sent behind the reply to this query.</summary>
        public bool EndsHold => _words.Contains("end-hold");

        /// <summary>The connection is reset.</summary>
        public bool IsCut => _words.Contains("cut");

        /// <summary>The rule holds for one query.</summary>
        public bool IsOnce => _words.Contains("once");

        /// <summary>The first reply comes from another port.</summary>
        public bool IsElsewhere => _words.Contains("elsewhere");

        public static Rule Parse(ScenarioLine line)
        {
            if (!RecordTypes.TryParse(line.Word(2), out RecordType type))
            {
                throw line.Error($"'{line.Word(2)}' is no record type");
            }

            Rule rule = new(line.Word(1), type, line.Details) { Transport = line.Words.Skip(3).LastOrDefault(static word => word is "udp" or "tcp") };
            foreach (string word in line.Words.Skip(3))
            {
                if (word is not ("udp" or "tcp" or "silent" or "hold" or "end-hold" or "cut" or "once" or "elsewhere"))
                {
                    throw line.Error($"unknown word '{word}', expected udp, tcp, silent, hold, end-hold, cut, once or elsewhere");
                }

                rule._words.Add(word);
            }

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
            int extendedCode = 0;
            foreach (ScenarioLine line in lines)
            {
                switch (line.Words[0])
                {
                    case "code":
                        int number = ResponseCodes.TryParse(line.Word(1), out ResponseCode code) ? (int)code : throw line.Error($"'{line.Word(1)}' is no response code");
                        flags |= number & 15;
                        extendedCode = number >> 4;
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
                    case "query":
                        // A reply without QR.
                        flags &= ~0x8000;
                        break;
                    case "another-id":
                        id ^= 1;
                        break;
                    case "question":
                        question = ParseQuestion(line);
                        break;
                    default:
                        throw line.Error($"unknown word '{line.Words[0]}' of what an upstream says");
                }
            }

            if (size is not null || options.Count > 0 || extendedCode > 0)
            {
                sections[2].Add(ScenarioRecords.Opt([0], size ?? 1232, 0, 0, [.. options], extendedCode));
            }

            return ScenarioRecords.Message(id, flags, question, sections);
        }

        /// <summary><c>question NAME [TYPE [CLASS]]</c>.</summary>
        private static byte[] ParseQuestion(ScenarioLine line)
        {
            RecordType type = RecordType.A;
            RecordClass recordClass = RecordClass.IN;
            bool isKnown = (line.Words.Count < 3 || RecordTypes.TryParse(line.Words[2], out type)) && (line.Words.Count < 4 || RecordClasses.TryParse(line.Words[3], out recordClass));
            return isKnown ? ScenarioRecords.Question(line.Word(1), type, recordClass) : throw line.Error($"'{line.Rest(2)}' is not a type and class");
        }
    }
}
