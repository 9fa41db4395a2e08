using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Fuzz.Targets;

/// <summary>
/// The wire reader, over a whole message: every record, its owner, its rdata with names expanded, its text form, and the text form read again. The one
/// that coverage-guided fuzzing runs.
/// </summary>
internal sealed class WireTarget : FuzzTarget
{
    private readonly byte[] _name = new byte[DomainName.MaxWireLength];
    private readonly byte[] _rdata = new byte[ushort.MaxValue];
    private readonly byte[] _again = new byte[ushort.MaxValue];

    /// <inheritdoc/>
    public override string Name => "wire";

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Corpus { get; } = [.. PacketCorpus.Create(), .. ReplyTarget.Replies];

    /// <inheritdoc/>
    public override string? Run(byte[] input)
    {
        WireReader reader = new(input);
        if (!reader.TryReadHeader(out DnsHeader header))
        {
            return null;
        }

        for (int i = 0; i < header.QuestionCount; i++)
        {
            if (!reader.TryReadQuestion(_name, out int length, out _, out _))
            {
                return null;
            }

            _ = DomainName.ToText(_name.AsSpan(0, length));
        }

        int records = header.AnswerCount + header.AuthorityCount + header.AdditionalCount;
        for (int i = 0; i < records; i++)
        {
            if (!reader.TryReadRecord(out RecordView record))
            {
                return null;
            }

            if (record.End > input.Length || record.End < record.RdataOffset)
            {
                return "a record reaches beyond its message";
            }

            if (RdataNames.TryExpandRdata(input, in record, _rdata, out int rdataLength) && ReadText(record.Type, _rdata.AsSpan(0, rdataLength)) is { } problem)
            {
                return problem;
            }
        }

        Accepted++;
        return null;
    }

    private string? ReadText(RecordType type, ReadOnlySpan<byte> rdata)
    {
        if (type == RecordType.OPT || !RdataText.IsWellFormed(type, rdata))
        {
            return null;
        }

        string text = RdataText.ToText(type, rdata);
        return !RdataText.TryParse(type, text, DomainName.Root, _again, out int length, out string? error)
            ? $"{RecordTypes.ToText(type)} {text} cannot be read again: {error}"
            : _again.AsSpan(0, length).SequenceEqual(rdata) ? null : $"{RecordTypes.ToText(type)} {text} is read as other rdata: {Convert.ToHexString(_again.AsSpan(0, length))}, not {Convert.ToHexString(rdata)}";
    }
}
