using System.Buffers.Binary;

namespace ClusterDns.Core.Wire;

/// <summary>The flag bits of a message's second word (RFC 1035 4.1.1, RFC 4035 3.1.6 and 3.2.2).</summary>
[Flags]
public enum HeaderFlags : ushort
{
    /// <summary>No flag: a query that wants no recursion.</summary>
    None = 0,

    /// <summary>QR: this is a response.</summary>
    Response = 0x8000,

    /// <summary>AA: the server is an authority for the name.</summary>
    AuthoritativeAnswer = 0x0400,

    /// <summary>TC: the response did not fit.</summary>
    Truncated = 0x0200,

    /// <summary>RD: the client wants recursion.</summary>
    RecursionDesired = 0x0100,

    /// <summary>RA: the server offers recursion.</summary>
    RecursionAvailable = 0x0080,

    /// <summary>Z: reserved.</summary>
    Reserved = 0x0040,

    /// <summary>AD: all data is authentic.</summary>
    AuthenticData = 0x0020,

    /// <summary>CD: the client does not want the data checked.</summary>
    CheckingDisabled = 0x0010,

    /// <summary>All flags; the other bits of the word are opcode and response code.</summary>
    All = Response | AuthoritativeAnswer | Truncated | RecursionDesired | RecursionAvailable | Reserved | AuthenticData
        | CheckingDisabled,
}

/// <summary>The twelve octets that begin every message (RFC 1035 4.1.1).</summary>
public struct DnsHeader
{
    /// <summary>The header's length in octets, and so the offset of the first question.</summary>
    public const int Length = 12;

    /// <summary>Chosen by the client, repeated in the response.</summary>
    public ushort Id;

    /// <summary>The flag bits.</summary>
    public HeaderFlags Flags;

    /// <summary>The kind of query, 0 to 15.</summary>
    public Opcode Opcode;

    /// <summary>The lower four bits of the response code; the upper eight are in the OPT record.</summary>
    public ResponseCode ResponseCode;

    /// <summary>QDCOUNT.</summary>
    public ushort QuestionCount;

    /// <summary>ANCOUNT.</summary>
    public ushort AnswerCount;

    /// <summary>NSCOUNT.</summary>
    public ushort AuthorityCount;

    /// <summary>ARCOUNT.</summary>
    public ushort AdditionalCount;

    /// <summary>Whether the flag QR is set.</summary>
    public readonly bool IsResponse => (Flags & HeaderFlags.Response) != HeaderFlags.None;

    /// <summary>Reads the header that <paramref name="message"/> begins with.</summary>
    /// <returns>False when it is shorter than twelve octets; anything else is a header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out DnsHeader header)
    {
        header = default;
        if (message.Length < Length)
        {
            return false;
        }

        ushort word = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        header.Id = BinaryPrimitives.ReadUInt16BigEndian(message);
        header.Flags = (HeaderFlags)word & HeaderFlags.All;
        header.Opcode = (Opcode)((word >> 11) & 0xF);
        header.ResponseCode = (ResponseCode)(word & 0xF);
        header.QuestionCount = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        header.AnswerCount = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        header.AuthorityCount = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        header.AdditionalCount = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        return true;
    }

    /// <summary>Writes the header; of the response code, the lower four bits.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter than twelve octets.
    /// </exception>
    public readonly void Write(Span<byte> destination)
    {
        Span<byte> header = destination[..Length];
        int word = (int)(Flags & HeaderFlags.All) | (((int)Opcode & 0xF) << 11) | ((int)ResponseCode & 0xF);
        BinaryPrimitives.WriteUInt16BigEndian(header, Id);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)word);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], QuestionCount);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], AnswerCount);
        BinaryPrimitives.WriteUInt16BigEndian(header[8..], AuthorityCount);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], AdditionalCount);
    }
}
