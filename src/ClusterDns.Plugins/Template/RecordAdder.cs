using System.Buffers;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.GoText.Templates;

namespace ClusterDns.Plugins.Template;

/// <summary>Puts the records of templates into a response; what cannot be makes it SERVFAIL.</summary>
/// <param name="metrics">Counts what fails.</param>
internal sealed class RecordAdder(TemplateMetrics metrics)
{
    private const string Plugin = "template";

    /// <summary>The most that a word of two characters, its space included, can become on the wire: an IPv6 address.</summary>
    private const int GrowthOfWord = 16;

    /// <summary>The most that one allocation of the response's arena gives.</summary>
    private const int ArenaLimit = 16 * 1024;

    /// <summary>Adds the record of a template.</summary>
    /// <param name="answering">The query.</param>
    /// <param name="template">The template.</param>
    /// <param name="section">Where to.</param>
    /// <returns>False when the response has become a failure.</returns>
    public bool TryAdd(ref Answering answering, RecordTemplate template, ResponseSection section)
    {
        if (template.Problem is { } problem)
        {
            return Fail(ref answering, template, isRecord: true, problem);
        }

        return template.IsConstant
            ? TryAdd(answering.Context, section, template.Record, template.Wire, 0)
            : TryAddMade(ref answering, template, section);
    }

    private bool TryAddMade(ref Answering answering, RecordTemplate template, ResponseSection section)
    {
        Value data = Value.From(answering.Data);
        if (!template.Template.TryExecute(in data, out ReadOnlySpan<char> text, out string? failure))
        {
            return Fail(ref answering, template, isRecord: false, failure);
        }

        byte[] wire = ArrayPool<byte>.Shared.Rent(Math.Min(RecordText.MaxWireLength, (text.Length * GrowthOfWord) + DomainName.MaxWireLength));
        bool isRecord = RecordText.TryParse(text, default, RecordTemplate.DefaultTimeToLive, wire, out ParsedRecord record, out string? problem);
        bool isAdded = isRecord && TryAddCopy(answering.Context, section, in record, wire);
        ArrayPool<byte>.Shared.Return(wire);
        return isAdded || Fail(ref answering, template, isRecord: true, problem ?? "more records than a response can hold");
    }

    private static bool TryAddCopy(Query query, ResponseSection section, in ParsedRecord record, byte[] wire)
    {
        int length = record.OwnerLength + record.RdataLength;
        byte[] array = [];
        int offset = 0;
        if (length > ArenaLimit)
        {
            array = new byte[length];
        }
        else if (!query.Response.Arena.TryAllocate(length, out array, out offset))
        {
            return false;
        }

        wire.AsSpan(0, length).CopyTo(array.AsSpan(offset));
        return TryAdd(query, section, in record, array, offset);
    }

    private static bool TryAdd(Query query, ResponseSection section, in ParsedRecord record, byte[] wire, int offset)
    {
        // A record of the name that was asked has it in the client's case, as records of all plugins have.
        bool isOfQuestion = DomainName.Equals(wire.AsSpan(offset, record.OwnerLength), query.Name);
        ResponseRecord added = new()
        {
            OwnerSource = isOfQuestion ? null : wire,
            OwnerOffset = isOfQuestion ? 0 : offset,
            RdataSource = wire,
            RdataOffset = offset + record.OwnerLength,
            RdataLength = (ushort)record.RdataLength,
            Type = record.Type,
            Class = record.Class,
            TimeToLive = record.TimeToLive,
        };
        return query.Response[section].TryAdd(in added);
    }

    private bool Fail(ref Answering answering, RecordTemplate template, bool isRecord, string problem)
    {
        metrics.CountFailure(answering.Context, answering.Rule, answering.Zone, template, isRecord);
        answering.Context.Response.Fail(
            Plugin, ResponseCode.ServFail, $"{template.Section} '{template.Template.Source}' {(isRecord ? "gives no record" : "failed")}: {problem}");
        return false;
    }
}
