using System.Text;
using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Wire;

/// <summary>Generators of names and messages.</summary>
internal static class WireGen
{
    private static readonly string[] CommonLabels =
        ["www", "WWW", "example", "Example", "org", "svc", "cluster", "local", "a", "b"];

    /// <summary>Labels as hosts have them, short so that names share suffixes, with letters in both cases.</summary>
    private static readonly Gen<byte[]> HostLabel = Gen.OneOf(
        Gen.Int[0, CommonLabels.Length - 1].Select(i => Encoding.ASCII.GetBytes(CommonLabels[i])),
        Gen.String[Gen.Char["abcXYZ019-_"], 1, 12].Select(Encoding.ASCII.GetBytes));

    /// <summary>Labels of any octets.</summary>
    private static readonly Gen<byte[]> AnyLabel = Gen.Byte.Array[1, DomainName.MaxLabelLength];

    /// <summary>Names of ordinary labels.</summary>
    public static readonly Gen<byte[]> HostName = HostLabel.List[0, 6].Select(labels => Join(labels));

    /// <summary>Names of any octets, up to the longest.</summary>
    public static readonly Gen<byte[]> AnyName = Gen.OneOf(HostName, AnyLabel.List[0, 5].Select(labels => Join(labels)), Gen.Byte.Array[1, 2].List[0, 130].Select(labels => Join(labels)));

    /// <summary>The labels as a name, as many as are allowed.</summary>
    private static byte[] Join(IEnumerable<byte[]> labels)
    {
        var wire = new List<byte>();
        foreach (byte[] label in labels)
        {
            if (wire.Count + label.Length + 2 > DomainName.MaxWireLength)
            {
                break;
            }

            wire.Add((byte)label.Length);
            wire.AddRange(label);
        }

        wire.Add(0);
        return [.. wire];
    }
}
