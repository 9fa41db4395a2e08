using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.GoText.Templates;

namespace ClusterDns.Plugins.Template;

/// <summary>
/// The template of one record. Where it has no actions the record is read once, at start; where its actions make the owner name alone, the
/// rest is checked then.
/// </summary>
internal sealed class RecordTemplate
{
    /// <summary>The time to live of records whose text has none, as CoreDNS's library has it.</summary>
    public const uint DefaultTimeToLive = 3600;

    private const string AnyOwner = "owner.";

    /// <summary>A template.</summary>
    /// <param name="section">The section's name, as metrics have it.</param>
    /// <param name="template">The template.</param>
    public RecordTemplate(string section, GoTemplate template)
    {
        Section = section;
        Template = template;
        if (template.ConstantText is { } text)
        {
            IsConstant = true;
            Span<byte> wire = new byte[RecordText.MaxWireLength];
            if (RecordText.TryParse(text, default, DefaultTimeToLive, wire, out ParsedRecord record, out string? problem))
            {
                Record = record;
                Wire = wire[..(record.OwnerLength + record.RdataLength)].ToArray();
            }

            Problem = problem;
            Warning = problem;
        }
        else if (template.ConstantTail is { } tail
            && !RecordText.TryParse(
                string.Concat(AnyOwner, tail), default, DefaultTimeToLive, new byte[RecordText.MaxWireLength], out _, out string? problem))
        {
            Warning = problem;
        }
    }

    /// <summary>The section's name, as metrics have it.</summary>
    public string Section { get; }

    /// <summary>The template.</summary>
    public GoTemplate Template { get; }

    /// <summary>Whether the template has no actions.</summary>
    public bool IsConstant { get; }

    /// <summary>The record of a template without actions.</summary>
    public ParsedRecord Record { get; }

    /// <summary>That record's owner name and behind it its rdata.</summary>
    public byte[] Wire { get; } = [];

    /// <summary>What is wrong with that record; null where nothing is.</summary>
    public string? Problem { get; }

    /// <summary>What is wrong with each record that the template makes; null where nothing is known to be.</summary>
    public string? Warning { get; }
}
