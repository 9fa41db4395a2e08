using System.Globalization;
using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.Scenarios;

/// <summary>A question as a scenario puts it.</summary>
/// <param name="Message">The message.</param>
/// <param name="Id">Its ID.</param>
/// <param name="Connection">The connection's name; null for UDP.</param>
/// <param name="IsInPieces">Whether it is sent octet by octet.</param>
internal sealed record ScenarioQuestion(byte[] Message, int Id, string? Connection, bool IsInPieces)
{
    /// <summary>The server's address; null for 127.0.0.1.</summary>
    public IPAddress? Server { get; private init; }

    /// <summary>Datagrams that are sent before it, from the same port.</summary>
    public IReadOnlyList<byte[]> Before { get; private init; } = [];

    /// <summary>Reads <c>NAME TYPE OPTIONS</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="first">Where the name stands.</param>
    /// <param name="id">The ID where none is given.</param>
    public static ScenarioQuestion Parse(ScenarioLine line, int first, int id)
    {
        if (!RecordTypes.TryParse(line.Word(first + 1), out RecordType type))
        {
            throw line.Error($"'{line.Word(first + 1)}' is no record type");
        }

        string? connection = null;
        bool isInPieces = false;
        int flags = 0x0100;
        int? size = null;
        int version = 0;
        bool dnssecOk = false;
        bool hasQuestion = true;
        int opts = 1;
        byte[] optOwner = [0];
        List<byte> options = [];
        byte[]? name = null;
        int questions = 1;
        int ednsFlags = 0;
        IPAddress? server = null;
        bool hasExtra = false;
        List<byte[]> before = [];
        bool isBehindResponse = false;
        RecordClass recordClass = RecordClass.IN;
        for (int i = first + 2; i < line.Words.Count; i++)
        {
            switch (line.Words[i])
            {
                case "tcp":
                    connection ??= $"of line {line.Number}";
                    break;
                case "conn":
                    connection = line.Word(++i);
                    break;
                case "edns":
                    size = Number(line, ++i);
                    break;
                case "do":
                    dnssecOk = true;
                    break;
                case "cd":
                    flags |= 0x0010;
                    break;
                case "ad":
                    flags |= 0x0020;
                    break;
                case "z":
                    flags |= 0x0040;
                    break;
                case "edns-z":
                    ednsFlags = 0x7FFF;
                    break;
                case "option-octets":
                    options.AddRange(Convert.FromHexString(line.Word(++i)));
                    break;
                case "name-octets":
                    name = Convert.FromHexString(line.Word(++i));
                    break;
                case "two-questions":
                    questions = 2;
                    break;
                case "extra":
                    hasExtra = true;
                    break;
                case "at":
                    server = IPAddress.Parse(line.Word(++i));
                    break;
                case "behind":
                    before.Add(Convert.FromHexString(line.Word(++i)));
                    break;
                case "behind-response":
                    isBehindResponse = true;
                    break;
                case "no-rd":
                    flags &= ~0x0100;
                    break;
                case "opcode":
                    flags |= Number(line, ++i) << 11;
                    break;
                case "version":
                    version = Number(line, ++i);
                    break;
                case "option":
                    options.AddRange(ScenarioRecords.Option(Number(line, i + 1), Convert.FromHexString(line.Word(i + 2) is "-" ? "" : line.Word(i + 2))));
                    i += 2;
                    break;
                case "class":
                    recordClass = RecordClasses.TryParse(line.Word(++i), out RecordClass known) ? known : throw line.Error($"'{line.Word(i)}' is no class");
                    break;
                case "id":
                    id = Number(line, ++i);
                    break;
                case "no-question":
                    hasQuestion = false;
                    break;
                case "two-opts":
                    opts = 2;
                    break;
                case "opt-owner":
                    optOwner = DomainName.Parse(line.Word(++i));
                    break;
                case "in-pieces":
                    isInPieces = true;
                    break;
                default:
                    throw line.Error($"unknown word '{line.Words[i]}' of a question");
            }
        }

        byte[][] additional =
        [
            .. size is null ? [] : Enumerable.Repeat(ScenarioRecords.Opt(optOwner, size.Value, version, ednsFlags | (dnssecOk ? 0x8000 : 0), [.. options]), opts),
            .. hasExtra ? [ScenarioRecords.Parse(line with { Words = ["extra.test.", "60", "A", "192.0.2.7"] }, 0)] : Array.Empty<byte[]>(),
        ];
        byte[] question = ScenarioRecords.Question(line.Word(first), type, recordClass);
        question = !hasQuestion ? [] : name is null ? question : [.. name, .. question.AsSpan(question.Length - 4)];
        byte[] message = ScenarioRecords.Message(id, flags, [.. Enumerable.Repeat(question, questions).SelectMany(static octets => octets)], [], [], additional);
        message[5] = (byte)(hasQuestion ? questions : 0);
        if (isBehindResponse)
        {
            byte[] response = [.. ScriptedUpstream.WithId(message, id ^ 1)];
            response[2] |= 0x80;
            before.Add(response);
        }

        return new ScenarioQuestion(message, id, connection, isInPieces) { Server = server, Before = before };
    }

    private static int Number(ScenarioLine line, int word)
        => int.TryParse(line.Word(word), CultureInfo.InvariantCulture, out int number) ? number : throw line.Error($"'{line.Word(word)}' is no number");
}
