using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Writes rdata's text, field by field.</summary>
internal static class RdataTextFormatter
{
    private const string Absent = "-";

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
            return text.ToString();
        }

        ReadOnlySpan<byte> rest = rdata;
        foreach (RdataField field in fields)
        {
            if (!RdataForm.TryTake(field, ref rest, out ReadOnlySpan<byte> octets) || (octets.IsEmpty && RdataFields.MayBeAbsent(field)))
            {
                continue;
            }

            Separate(text);
            Append(text, field, octets);
        }

        // Text of no words would not lead back.
        return text.Length == 0 ? ToGenericText(rdata) : text.ToString();
    }

    private static string ToGenericText(ReadOnlySpan<byte> rdata) => rdata.IsEmpty
        ? @"\# 0"
        : string.Create(CultureInfo.InvariantCulture, $@"\# {rdata.Length} {Convert.ToHexString(rdata)}");

    [SuppressMessage("Design", "MA0051:Method is too long", Justification = "A table.")]
    private static void Append(StringBuilder text, RdataField field, ReadOnlySpan<byte> octets)
    {
        switch (field)
        {
            case RdataField.Name:
                text.Append(DomainName.ToText(octets));
                break;
            case RdataField.Names:
                AppendNames(text, octets);
                break;
            case RdataField.UInt8:
            case RdataField.Algorithm:
                text.Append(octets[0]);
                break;
            case RdataField.UInt16:
                text.Append(BinaryPrimitives.ReadUInt16BigEndian(octets));
                break;
            case RdataField.UInt32:
            case RdataField.Seconds:
                text.Append(BinaryPrimitives.ReadUInt32BigEndian(octets));
                break;
            case RdataField.UInt64:
                text.Append(BinaryPrimitives.ReadUInt64BigEndian(octets));
                break;
            case RdataField.SignatureTime:
                SignatureTimeText.Append(text, BinaryPrimitives.ReadUInt32BigEndian(octets));
                break;
            case RdataField.Type:
                text.Append(RecordTypes.ToText((RecordType)BinaryPrimitives.ReadUInt16BigEndian(octets)));
                break;
            case RdataField.CertificateType:
                text.Append(RdataMnemonics.Of(field).ToText(BinaryPrimitives.ReadUInt16BigEndian(octets)));
                break;
            case RdataField.SynchronizationScheme:
                text.Append(RdataMnemonics.Of(field).ToText(octets[0]));
                break;
            case RdataField.IPv4Address:
            case RdataField.IPv6Address:
                text.Append(new IPAddress(octets));
                break;
            case RdataField.Eui48:
            case RdataField.Eui64:
                HardwareAddressText.Append(text, octets, groupLength: 1, '-');
                break;
            case RdataField.Locator64:
                HardwareAddressText.Append(text, octets, groupLength: 2, ':');
                break;
            case RdataField.Tag:
                text.Append(Encoding.ASCII.GetString(octets[1..]));
                break;
            case RdataField.LongString:
                CharacterStringText.Append(text, octets);
                break;
            case RdataField.Hexadecimal:
                text.Append(Convert.ToHexString(octets));
                break;
            case RdataField.PrefixedHexadecimal:
                text.Append("0x").Append(Convert.ToHexString(octets));
                break;
            case RdataField.Salt:
                text.Append(octets.Length == 1 ? Absent : Convert.ToHexString(octets[1..]));
                break;
            case RdataField.Hash:
                BinaryText.AppendBase32(text, octets[1..]);
                break;
            case RdataField.Base64:
            case RdataField.OptionalBase64:
                text.Append(Convert.ToBase64String(octets));
                break;
            case RdataField.Base64OrDash:
                text.Append(octets.IsEmpty ? Absent : Convert.ToBase64String(octets));
                break;
            case RdataField.TypeBitmap:
                TypeBitmap.Append(text, octets);
                break;
            case RdataField.Location:
                LocationText.Append(text, octets);
                break;
            case RdataField.AddressPrefixes:
                AddressPrefixText.Append(text, octets);
                break;
            case RdataField.Gateway:
                GatewayText.Append(text, octets);
                break;
            case RdataField.Relay:
                GatewayText.AppendRelay(text, octets);
                break;
            case RdataField.HostIdentity:
                HostIdentityText.Append(text, octets);
                break;
            case RdataField.ServiceParameters:
                ServiceParameterText.Append(text, octets);
                break;
            default:
                AppendStrings(text, octets);
                break;
        }
    }

    private static void AppendNames(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        for (ReadOnlySpan<byte> rest = octets; DomainName.TryGetLength(rest, out int length); rest = rest[length..])
        {
            text.Append(rest.Length == octets.Length ? "" : " ").Append(DomainName.ToText(rest[..length]));
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
