using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>The wire form of rdata, field by field. Names are uncompressed.</summary>
internal static class RdataForm
{
    /// <summary>As a length: the octets do not have the field's form.</summary>
    public const int Malformed = int.MaxValue;

    /// <summary>Takes the next field's octets off <paramref name="rest"/>.</summary>
    public static bool TryTake(RdataField field, ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> octets)
    {
        int length = Measure(field, rest);
        if (length > rest.Length)
        {
            octets = default;
            return false;
        }

        octets = rest[..length];
        rest = rest[length..];
        return true;
    }

    /// <summary>Whether uncompressed rdata has its type's form; that of a type that is not in the table always has.</summary>
    public static bool IsWellFormed(RecordType type, ReadOnlySpan<byte> rdata)
    {
        ReadOnlySpan<RdataField> fields = RdataFields.Of(type);
        return fields.IsEmpty || IsWellFormed(fields, rdata);
    }

    /// <summary>Whether octets are these fields and nothing else.</summary>
    public static bool IsWellFormed(ReadOnlySpan<RdataField> fields, ReadOnlySpan<byte> rdata)
    {
        ReadOnlySpan<byte> rest = rdata;
        foreach (RdataField field in fields)
        {
            if (!TryTake(field, ref rest, out _))
            {
                return false;
            }
        }

        return rest.IsEmpty;
    }

    private static int Measure(RdataField field, ReadOnlySpan<byte> rest) => field switch
    {
        RdataField.UInt8 or RdataField.Algorithm or RdataField.SynchronizationScheme => sizeof(byte),
        RdataField.UInt16 or RdataField.Type or RdataField.CertificateType => sizeof(ushort),
        RdataField.UInt32 or RdataField.Seconds or RdataField.SignatureTime or RdataField.IPv4Address => sizeof(uint),
        RdataField.UInt64 or RdataField.Eui64 or RdataField.Locator64 => sizeof(ulong),
        RdataField.Eui48 => 6,
        RdataField.IPv6Address => 16,
        RdataField.Location => LocationText.IsWellFormed(rest) ? LocationText.Length : Malformed,
        RdataField.Name => DomainName.TryGetLength(rest, out int name) ? name : Malformed,
        RdataField.Gateway => GatewayText.Measure(rest),
        RdataField.Relay => GatewayText.MeasureRelay(rest),
        RdataField.HostIdentity => HostIdentityText.Measure(rest),
        RdataField.CharacterString or RdataField.Salt => MeasureString(rest, least: 0),
        RdataField.OptionalCharacterString => rest.IsEmpty ? 0 : MeasureString(rest, least: 0),
        RdataField.Hash => MeasureString(rest, least: 1),
        RdataField.Tag => MeasureTag(rest),
        _ => IsWellFormedToTheEnd(field, rest) ? rest.Length : Malformed,
    };

    private static bool IsWellFormedToTheEnd(RdataField field, ReadOnlySpan<byte> rest) => field switch
    {
        RdataField.Names => AreNames(rest),
        RdataField.CharacterStrings => AreStrings(rest),
        RdataField.Hexadecimal or RdataField.PrefixedHexadecimal or RdataField.Base64 => !rest.IsEmpty,
        RdataField.TypeBitmap => TypeBitmap.IsWellFormed(rest),
        RdataField.AddressPrefixes => AddressPrefixText.IsWellFormed(rest),
        RdataField.ServiceParameters => ServiceParameters.IsWellFormed(rest),
        _ => true,
    };

    private static int MeasureString(ReadOnlySpan<byte> rest, int least)
        => rest.IsEmpty || rest[0] < least ? Malformed : rest[0] + 1;

    private static int MeasureTag(ReadOnlySpan<byte> rest)
    {
        int length = MeasureString(rest, least: 1);
        return length <= rest.Length && !rest[1..length].ContainsAnyExcept(CharacterStringText.TagOctets) ? length : Malformed;
    }

    private static bool AreStrings(ReadOnlySpan<byte> rest)
    {
        int length = 0;
        while (length < rest.Length)
        {
            length += rest[length] + 1;
        }

        return length == rest.Length && length > 0;
    }

    private static bool AreNames(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            if (!DomainName.TryGetLength(rest, out int length))
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
