using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>Query messages of a plugin's own.</summary>
internal static class Question
{
    /// <summary>Writes one of class IN; its ID is 0, and is replaced on its way.</summary>
    /// <param name="name">The name in wire form.</param>
    /// <param name="type">The type.</param>
    /// <param name="recursion">Whether recursion is desired.</param>
    public static byte[] Create(ReadOnlySpan<byte> name, RecordType type, bool recursion)
    {
        byte[] message = new byte[DnsHeader.Length + name.Length + 4];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader
        {
            Flags = recursion ? HeaderFlags.RecursionDesired : HeaderFlags.None,
            QuestionCount = 1,
        });
        writer.TryWriteQuestion(name, type, RecordClass.IN);
        return message;
    }
}
