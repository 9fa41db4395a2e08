using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// Puts the topology zones of a slice's endpoints into its bytes, each once: its length, then its labels in wire form, in which
/// queries ask for it.
/// </summary>
/// <param name="data">The slice's bytes.</param>
internal sealed class ZoneOffsets(List<byte> data)
{
    private const int None = -1;

    private readonly Dictionary<string, int> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<int> _offsets = [];

    /// <summary>Adds the zone of the next endpoint.</summary>
    /// <param name="zone">The zone; empty for none.</param>
    public void Add(string zone)
    {
        if (!_known.TryGetValue(zone, out int offset))
        {
            byte[] labels = CreateLabels(zone);
            offset = labels.Length == 0 ? None : data.Count;
            if (labels.Length > 0)
            {
                data.Add((byte)labels.Length);
                data.AddRange(labels);
            }

            _known.Add(zone, offset);
        }

        _offsets.Add(offset);
    }

    /// <summary>The position of each endpoint's zone; empty where no endpoint is in any.</summary>
    public int[] ToArray() => _offsets.TrueForAll(static offset => offset == None) ? [] : [.. _offsets];

    /// <summary>The labels, in lower case; none of a zone that no query can ask for.</summary>
    private static byte[] CreateLabels(string zone)
    {
        List<byte> labels = [];
        foreach (string part in zone.Split('.'))
        {
            byte[] label = Encoding.UTF8.GetBytes(part.ToLowerInvariant());
            if (label.Length is 0 or > DomainName.MaxLabelLength)
            {
                return [];
            }

            labels.Add((byte)label.Length);
            labels.AddRange(label);
        }

        return labels.Count < DomainName.MaxWireLength ? [.. labels] : [];
    }
}
