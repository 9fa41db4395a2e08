using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>Answers SRV of Services that are reached from outside: by addresses, which the Service's own name has, and by names.</summary>
internal static class ExternalServiceAnswer
{
    /// <summary>Adds the records that a name means.</summary>
    /// <param name="external">How the Service is reached.</param>
    /// <param name="name">The name.</param>
    /// <param name="serviceName">The Service's own name, in wire form.</param>
    /// <param name="response">Where they are added.</param>
    /// <param name="timeToLive">The time to live.</param>
    /// <param name="hostnames">From which record of the answer on targets are names of load balancers.</param>
    /// <returns>Whether the name exists.</returns>
    public static bool TryAdd(
        ExternalPart external, in ClusterName name, ReadOnlySpan<byte> serviceName, Response response, uint timeToLive, out int hostnames)
    {
        hostnames = int.MaxValue;
        int ports = 0;
        foreach (ref readonly PortEntry port in external.Ports.AsSpan())
        {
            ports += EndpointSearch.Matches(in name, in port) ? 1 : 0;
        }

        if (ports == 0)
        {
            return false;
        }

        int found = ports * (external.Addresses.Length + external.Hostnames.Length);
        int places = RecordSet.GetPlaces(found);
        Span<ushort> services = stackalloc ushort[places];
        Span<ushort> addresses = stackalloc ushort[places];
        services.Clear();
        addresses.Clear();
        ushort weight = ServiceAnswer.GetWeight(found);
        RecordSet known = new(services, 0);
        ServiceVisitor visitor = new(response, serviceName, weight, timeToLive, known, new RecordSet(addresses, 0));
        EndpointSearch.Visit(external, [], in name, ref visitor);
        hostnames = response.Answers.Count;
        foreach (ref readonly PortEntry port in external.Ports.AsSpan())
        {
            if (port.Number >= 0 && EndpointSearch.Matches(in name, in port))
            {
                AddHostnames(external.Hostnames, (ushort)port.Number, weight, response, timeToLive, known);
            }
        }

        return true;
    }

    private static void AddHostnames(
        byte[][] hostnames, ushort port, ushort weight, Response response, uint timeToLive, RecordSet known)
    {
        foreach (byte[] hostname in hostnames)
        {
            int length = ServiceRdata.FieldsLength + hostname.Length;
            if (!response.Arena.TryAllocate(length, out byte[] array, out int offset))
            {
                return;
            }

            Span<byte> rdata = array.AsSpan(offset, length);
            ServiceRdata.WriteFields(rdata, weight, port);
            hostname.CopyTo(rdata[ServiceRdata.FieldsLength..]);
            ResponseRecord record = new()
            {
                RdataSource = array,
                RdataOffset = offset,
                RdataLength = (ushort)length,
                Type = RecordType.SRV,
                Class = RecordClass.IN,
                TimeToLive = timeToLive,
            };
            known.TryAdd(response.Answers, in record);
        }
    }
}
