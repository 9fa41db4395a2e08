using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Adds the addresses of one family, each once.</summary>
internal ref struct AddressVisitor : IEndpointVisitor
{
    private readonly RecordList _answers;
    private readonly RecordType _type;
    private readonly int _length;
    private readonly uint _timeToLive;
    private readonly byte[]? _owner;
    private readonly RecordSet _known;

    /// <summary>Adds to a section.</summary>
    /// <param name="answers">The section.</param>
    /// <param name="type">A or AAAA.</param>
    /// <param name="timeToLive">The time to live.</param>
    /// <param name="owner">The owner name in wire form; null for the name that was asked.</param>
    /// <param name="known">The records that are present.</param>
    public AddressVisitor(RecordList answers, RecordType type, uint timeToLive, byte[]? owner, RecordSet known)
    {
        _answers = answers;
        _type = type;
        _length = type == RecordType.A ? 4 : 16;
        _timeToLive = timeToLive;
        _owner = owner;
        _known = known;
    }

    /// <inheritdoc/>
    public readonly bool Visit(byte[] data, in AddressEntry address, int nameOffset, in PortEntry port)
    {
        if (address.Length != _length)
        {
            return true;
        }

        ResponseRecord record = new()
        {
            OwnerSource = _owner,
            RdataSource = data,
            RdataOffset = address.Offset,
            RdataLength = address.Length,
            Type = _type,
            Class = RecordClass.IN,
            TimeToLive = _timeToLive,
        };
        return _known.TryAdd(_answers, in record);
    }
}

/// <summary>Answers A and AAAA of Services, endpoints and ports.</summary>
internal static class AddressAnswer
{
    /// <summary>A Service of its own addresses has so few that they are compared without a large table.</summary>
    private const int FewRecords = 32;

    /// <summary>Adds the addresses that a name means.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="slices">Its slices.</param>
    /// <param name="name">The name.</param>
    /// <param name="response">Where they are added.</param>
    /// <param name="type">A or AAAA.</param>
    /// <param name="timeToLive">The time to live.</param>
    /// <param name="owner">The owner name in wire form; null for the name that was asked.</param>
    /// <param name="firstSlice">The index of the slice that comes first.</param>
    /// <returns>Whether the name exists.</returns>
    public static bool TryAdd(
        ServicePart service,
        SliceEntry[] slices,
        in ClusterName name,
        Response response,
        RecordType type,
        uint timeToLive,
        byte[]? owner,
        int firstSlice)
    {
        CountingVisitor counting = new(FewRecords + 1);
        bool exists = EndpointSearch.Visit(service, slices, in name, ref counting);
        if (exists)
        {
            int places = RecordSet.GetPlaces(counting.Count > FewRecords ? RecordList.MaxCount : FewRecords);
            Add(service, slices, in name, response, type, timeToLive, owner, firstSlice, places);
        }

        return exists;
    }

    private static void Add(
        ServicePart service,
        SliceEntry[] slices,
        in ClusterName name,
        Response response,
        RecordType type,
        uint timeToLive,
        byte[]? owner,
        int firstSlice,
        int places)
    {
        Span<ushort> table = stackalloc ushort[places];
        table.Clear();
        AddressVisitor visitor = new(response.Answers, type, timeToLive, owner, new RecordSet(table, response.Answers.Count));
        EndpointSearch.Visit(service, slices, in name, ref visitor, firstSlice);
    }
}
