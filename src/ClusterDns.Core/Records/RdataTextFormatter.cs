using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Writes rdata's text, field by field.</summary>
internal static class RdataTextFormatter
{
    public static string ToText(RecordType type, ReadOnlySpan<byte> rdata)
    {
        ReadOnlySpan<RdataField> fields = RdataFields.Of(type);
        if (!RdataText.IsWellFormed(type, rdata) || (fields.IsEmpty && type != RecordType.OPT))
        {
            return ToGenericText(rdata);
        }

        var text = new StringBuilder();
        if (type == RecordType.OPT)
        {
            AppendOptions(text, rdata);
        }

        ReadOnlySpan<byte> rest = rdata;
        foreach (RdataField field in fields)
        {
            if (RdataFields.TryTake(field, ref rest, out ReadOnlySpan<byte> octets))
            {
                Separate(text);
                Append(text, field, octets);
            }
        }

        return text.ToString();
    }

    private static string ToGenericText(ReadOnlySpan<byte> rdata) => rdata.IsEmpty
        ? @"\# 0"
        : string.Create(CultureInfo.InvariantCulture, $@"\# {rdata.Length} {Convert.ToHexString(rdata)}");

    private static void Append(StringBuilder text, RdataField field, ReadOnlySpan<byte> octets)
    {
        switch (field)
        {
            case RdataField.Name:
                text.Append(DomainName.ToText(octets));
                break;
            case RdataField.UInt16:
                text.Append(BinaryPrimitives.ReadUInt16BigEndian(octets));
                break;
            case RdataField.UInt32:
            case RdataField.Seconds:
                text.Append(BinaryPrimitives.ReadUInt32BigEndian(octets));
                break;
            case RdataField.IPv4Address:
            case RdataField.IPv6Address:
                text.Append(new IPAddress(octets));
                break;
            default:
                AppendStrings(text, octets);
                break;
        }
    }

    private static void AppendStrings(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        for (ReadOnlySpan<byte> rest = octets; !rest.IsEmpty; rest = rest[(rest[0] + 1)..])
        {
            if (rest.Length != octets.Length)
            {
                text.Append(' ');
            }

            CharacterStringText.Append(text, rest.Slice(1, rest[0]));
        }
    }

    private static void AppendOptions(StringBuilder text, ReadOnlySpan<byte> options)
    {
        var reader = new EdnsOptionReader(options);
        while (reader.TryRead(out EdnsOptionCode code, out ReadOnlySpan<byte> data))
        {
            Separate(text);
            text.Append(CultureInfo.InvariantCulture, $"OPT{(ushort)code}={Convert.ToHexString(data)}");
        }
    }

    private static void Separate(StringBuilder text)
    {
        if (text.Length > 0)
        {
            text.Append(' ');
        }
    }
}
