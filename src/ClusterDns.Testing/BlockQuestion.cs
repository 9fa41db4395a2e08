using ClusterDns.Core.Wire;

namespace ClusterDns.Testing;

/// <summary>A question as text: <c>NAME [TYPE] [CLASS]</c>, type A and class IN by default.</summary>
/// <param name="Name">The name in wire form.</param>
/// <param name="Type">The type.</param>
/// <param name="Class">The class.</param>
internal sealed record BlockQuestion(byte[] Name, RecordType Type, RecordClass Class)
{
    public static BlockQuestion Parse(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is < 1 or > 3)
        {
            throw new FormatException($"'{text}' is not a question: expected 'NAME [TYPE] [CLASS]', for example 'www.example.org AAAA'");
        }

        RecordType type = RecordType.A;
        RecordClass recordClass = RecordClass.IN;
        if (words.Length > 1 && !RecordTypes.TryParse(words[1], out type))
        {
            throw new FormatException($"'{words[1]}' is not a record type: expected for example A, AAAA or TXT");
        }

        if (words.Length > 2 && !RecordClasses.TryParse(words[2], out recordClass))
        {
            throw new FormatException($"'{words[2]}' is not a class: expected IN or CH");
        }

        return new BlockQuestion(DomainName.Parse(words[0]), type, recordClass);
    }

    /// <summary>Writes a query with RD set.</summary>
    /// <param name="destination">At least 512 octets.</param>
    /// <returns>The length of the query.</returns>
    public int Write(Span<byte> destination)
    {
        WireWriter writer = new(destination);
        writer.TryWriteHeader(new DnsHeader { Id = 1, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });
        writer.TryWriteQuestion(Name, Type, Class);
        return writer.Length;
    }
}
