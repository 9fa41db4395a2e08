using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Testing;

/// <summary>What a client gets for a question: the message that was written, and its parts as text.</summary>
public sealed class BlockAnswer
{
    private BlockAnswer(byte[] message) => Message = message;

    /// <summary>The octets of the message; empty when the query was dropped.</summary>
    public ReadOnlyMemory<byte> Message { get; }

    /// <summary>Whether there is no message.</summary>
    public bool IsDropped => Message.IsEmpty;

    /// <summary>The response code, without the upper bits of the OPT record.</summary>
    public ResponseCode Code { get; private init; }

    /// <summary>Whether the answer is authoritative (AA).</summary>
    public bool IsAuthoritative { get; private init; }

    /// <summary>The records of the answer section, each as in a zone file: <c>a.example.org. 60 A 192.0.2.1</c>. Class IN is left out.</summary>
    public IReadOnlyList<string> Answer { get; private init; } = [];

    /// <summary>The records of the authority section.</summary>
    public IReadOnlyList<string> Authority { get; private init; } = [];

    /// <summary>The records of the additional section, without the OPT record.</summary>
    public IReadOnlyList<string> Additional { get; private init; } = [];

    /// <summary>The response code and the records, a line for each; <c>DROPPED</c> when there is no message.</summary>
    public override string ToString()
        => IsDropped
            ? "DROPPED"
            : string.Join(
                '\n',
                Answer.Select(static record => $"Answer: {record}")
                    .Concat(Authority.Select(static record => $"Authority: {record}"))
                    .Concat(Additional.Select(static record => $"Additional: {record}"))
                    .Prepend(ResponseCodes.ToText(Code)));

    internal static BlockAnswer Dropped { get; } = new([]);

    /// <summary>Reads a message that the pipeline has written.</summary>
    /// <param name="message">The message.</param>
    /// <param name="asked">The name asked, in wire form.</param>
    internal static BlockAnswer Read(byte[] message, byte[] asked)
    {
        Response response = new Exchange().Query.Response;
        if (!response.TryLoadMessage(message, message.Length, asked))
        {
            throw new InvalidOperationException($"the response is not a readable message: {Convert.ToHexString(message)}");
        }

        return new BlockAnswer(message)
        {
            Code = (ResponseCode)(message[3] & 0x0f),
            IsAuthoritative = (message[2] & 0x04) != 0,
            Answer = ToText(response.Answers, asked),
            Authority = ToText(response.Authority, asked),
            Additional = ToText(response.Additional, asked),
        };
    }

    private static List<string> ToText(RecordList records, byte[] asked)
    {
        List<string> lines = [];
        foreach (ResponseRecord record in records.Span)
        {
            string owner = DomainName.ToText(record.OwnerSource is null ? asked : record.Owner);
            string recordClass = record.Class == RecordClass.IN ? "" : RecordClasses.ToText(record.Class) + " ";
            lines.Add($"{owner} {record.TimeToLive} {recordClass}{RecordTypes.ToText(record.Type)} {RdataText.ToText(record.Type, record.Rdata)}");
        }

        return lines;
    }
}
