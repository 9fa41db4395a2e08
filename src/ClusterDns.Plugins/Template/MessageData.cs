using System.Collections.Frozen;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.GoText.Templates;

namespace ClusterDns.Plugins.Template;

/// <summary>A query's message as templates see it, by the names of CoreDNS's library: the header's fields, and the question.</summary>
/// <param name="query">The query.</param>
internal sealed class MessageData(Query query) : ITemplateRecord
{
    private static readonly Dictionary<string, Shape> HeaderFields = new(StringComparer.Ordinal)
    {
        ["Id"] = Shape.UInt16,
        ["Response"] = Shape.Boolean,
        ["Opcode"] = Shape.Integer,
        ["Authoritative"] = Shape.Boolean,
        ["Truncated"] = Shape.Boolean,
        ["RecursionDesired"] = Shape.Boolean,
        ["RecursionAvailable"] = Shape.Boolean,
        ["Zero"] = Shape.Boolean,
        ["AuthenticatedData"] = Shape.Boolean,
        ["CheckingDisabled"] = Shape.Boolean,
        ["Rcode"] = Shape.Integer,
    };

    /// <summary>The fields that templates know.</summary>
    public static Shape MessageShape { get; } = new("*dns.Msg")
    {
        Fields = new Dictionary<string, Shape>(HeaderFields, StringComparer.Ordinal)
        {
            ["MsgHdr"] = new("dns.MsgHdr") { Fields = HeaderFields.ToFrozenDictionary(StringComparer.Ordinal) },
            ["Compress"] = Shape.Boolean,
            ["Question"] = Shape.ListOf(QuestionData.QuestionShape),
        }.ToFrozenDictionary(StringComparer.Ordinal),
    };

    /// <inheritdoc/>
    public Shape Shape => MessageShape;

    /// <inheritdoc/>
    public Value GetField(string name) => name switch
    {
        "Id" => Value.From(query.Header.Id),
        "Opcode" => Value.From((long)query.Header.Opcode),
        "Rcode" => Value.From((long)query.Header.ResponseCode),
        "Response" => Flag(HeaderFlags.Response),
        "Authoritative" => Flag(HeaderFlags.AuthoritativeAnswer),
        "Truncated" => Flag(HeaderFlags.Truncated),
        "RecursionDesired" => Flag(HeaderFlags.RecursionDesired),
        "RecursionAvailable" => Flag(HeaderFlags.RecursionAvailable),
        "Zero" => Flag(HeaderFlags.Reserved),
        "AuthenticatedData" => Flag(HeaderFlags.AuthenticData),
        "CheckingDisabled" => Flag(HeaderFlags.CheckingDisabled),
        "MsgHdr" => Value.From(this),
        "Question" => Value.From(new TemplateList("[]dns.Question", new[] { Value.From(new QuestionData(query)) })),

        // What a query was read from says nothing of whether it is to be compressed.
        _ => Value.From(false),
    };

    private Value Flag(HeaderFlags flag) => Value.From((query.Header.Flags & flag) != HeaderFlags.None);
}

/// <summary>A query's question as templates see it, its name in the client's case.</summary>
/// <param name="query">The query.</param>
internal sealed class QuestionData(Query query) : ITemplateRecord
{
    /// <summary>The fields that templates know.</summary>
    public static Shape QuestionShape { get; } = new("dns.Question")
    {
        Fields = new Dictionary<string, Shape>(StringComparer.Ordinal)
        {
            ["Name"] = Shape.Text,
            ["Qtype"] = Shape.UInt16,
            ["Qclass"] = Shape.UInt16,
        }.ToFrozenDictionary(StringComparer.Ordinal),
    };

    /// <inheritdoc/>
    public Shape Shape => QuestionShape;

    /// <inheritdoc/>
    public string Text => $";{DomainName.ToText(query.QuestionName)}\t{RecordClasses.ToText(query.Class)}\t {RecordTypes.ToText(query.Type)}";

    /// <inheritdoc/>
    public Value GetField(string name) => name switch
    {
        "Name" => Value.From(DomainName.ToText(query.QuestionName)),
        "Qtype" => Value.From((ushort)query.Type),
        _ => Value.From((ushort)query.Class),
    };
}
