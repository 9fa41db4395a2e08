using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using static ClusterDns.Plugins.Tests.Kubernetes.Properties.ClusterObject;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>
/// The records of a cluster, from the Kubernetes DNS specification 1.1.0 alone: those that have to be, and those that may be besides
/// (section 3), as this server has them. Records are texts, as "TYPE RDATA"; the weight of SRV is none of the specification's.
/// </summary>
internal sealed class SpecificationModel
{
    private const string Zone = "cluster.local.";
    private const int MaxChain = 11;

    private readonly Dictionary<string, HashSet<string>> _required = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _allowed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ownAddresses = new(StringComparer.Ordinal);
    private readonly ILookup<string, JsonElement> _slices;

    /// <param name="objects">The cluster.</param>
    public SpecificationModel(IReadOnlyCollection<ClusterObject> objects)
    {
        _slices = objects.Where(static one => one.Kind is "EndpointSlice").ToLookup(
            static one => $"{one.FindLabel("kubernetes.io/service-name")}.{one.Namespace}.svc.{Zone}", static one => one.Root, StringComparer.Ordinal);
        foreach (string name in (string[])["", "svc.", "pod.", "dns.", "ns.dns."])
        {
            Exists(name + Zone);
        }

        Require("dns-version." + Zone, "TXT \"1.1.0\"");
        foreach (ClusterObject space in objects.Where(static one => one.Kind is "Namespace"))
        {
            Exists($"{space.Name}.svc.{Zone}");
            Exists($"{space.Name}.pod.{Zone}");

            // The specification had names of Pods once (section 2.6 of 1.0.1); one is the target of an alias.
            Allow($"10-1-0-1.{space.Name}.pod.{Zone}", "A 10.1.0.1");
        }

        ClusterObject[] services = [.. objects.Where(static one => one.Kind is "Service")];
        ILookup<bool, ClusterObject> byHeadless = services.Where(static one => Text(one.Root, "spec", "type") is not "ExternalName")
            .ToLookup(static one => Text(one.Root, "spec", "clusterIP") is "None");
        foreach (ClusterObject service in byHeadless[false])
        {
            AddOwnAddresses(service);
        }

        foreach (ClusterObject service in byHeadless[true])
        {
            AddEndpoints($"{service.Name}.{service.Namespace}.svc.{Zone}");
        }

        foreach (ClusterObject service in services.Where(static one => Text(one.Root, "spec", "type") is "ExternalName"))
        {
            // An address is no name, so there is no alias to it.
            string target = Text(service.Root, "spec", "externalName").TrimEnd('.') + ".";
            if (ClusterQuestions.ToAddress(target.TrimEnd('.')) is null)
            {
                Require($"{service.Name}.{service.Namespace}.svc.{Zone}", $"CNAME {target}");
            }
        }

        foreach ((string service, Endpoint endpoint) in _slices.Where(static slices => !slices.Key.StartsWith('.')).SelectMany(group => Endpoints(group.Key).Select(endpoint => (group.Key, endpoint))))
        {
            AddReverse(_allowed, endpoint, $"{endpoint.Hostname}.{service}");
        }
    }

    /// <summary>What is wrong with an answer; null where nothing is.</summary>
    /// <param name="name">The name asked.</param>
    /// <param name="type">The type asked.</param>
    /// <param name="code">The response code.</param>
    /// <param name="answers">The records answered, as "OWNER TYPE RDATA".</param>
    public string? FindFault(string name, string type, string code, IReadOnlyCollection<string> answers)
    {
        HashSet<string> required = [.. Of(_required, name, type).Select(record => $"{name} {record}")];
        HashSet<string> allowed = [.. required, .. Of(_allowed, name, type).Select(record => $"{name} {record}")];
        if (type is "A" or "AAAA" && Of(_required, name, "CNAME").Any())
        {
            required = Follow(name, type);
            allowed = required;
        }

        bool exists = _required.ContainsKey(name) || _allowed.ContainsKey(name);
        return !string.Equals(code, exists ? "NOERROR" : "NXDOMAIN", StringComparison.Ordinal) ? $"the name {(exists ? "exists" : "does not exist")}"
            : required.Except(answers, StringComparer.Ordinal).FirstOrDefault() is { } missing ? $"missing: {missing}"
            : answers.Except(allowed, StringComparer.Ordinal).FirstOrDefault() is { } extra ? $"too much: {extra}"
            : answers.Count != answers.Distinct(StringComparer.Ordinal).Count() ? "a record is there twice"
            : null;
    }

    private static IEnumerable<string> Of(Dictionary<string, HashSet<string>> records, string name, string type)
        => records.GetValueOrDefault(name)?.Where(record => record.StartsWith(type + " ", StringComparison.Ordinal)) ?? [];

    /// <summary>Section 2.3. No cluster has two Services with one address; which is named then does not matter.</summary>
    private void AddOwnAddresses(ClusterObject service)
    {
        string name = $"{service.Name}.{service.Namespace}.svc.{Zone}";
        string[] texts = [.. Items(service.Root, "spec", "clusterIPs").Select(static text => text.GetString()!)];
        IPAddress[] addresses = [.. (texts.Length > 0 ? texts : [Text(service.Root, "spec", "clusterIP")]).Select(ClusterQuestions.ToAddress).OfType<IPAddress>()];
        foreach (IPAddress address in addresses)
        {
            Require(name, Format(address));
            string reverse = ClusterQuestions.ToReverse(address);
            Allow(reverse, $"PTR {name}");
            if (_ownAddresses.Add(reverse))
            {
                Require(reverse, $"PTR {name}");
            }
            else
            {
                _required.Remove(reverse);
            }
        }

        foreach ((string? port, int number) in Ports(service.Root, name, "spec", "ports"))
        {
            Require(port, $"SRV {number} {name}");
            Allow(name, $"SRV {number} {name}");
            Array.ForEach(addresses, address => Allow(port, Format(address)));
        }

        foreach (Endpoint endpoint in Endpoints(name))
        {
            Allow($"{endpoint.Hostname}.{name}", Format(endpoint.Address));
            foreach (int number in endpoint.Ports.Select(static port => port.Number).Where(static number => number > 0))
            {
                Allow($"{endpoint.Hostname}.{name}", $"SRV {number} {endpoint.Hostname}.{name}");
            }
        }
    }

    /// <summary>Section 2.4.</summary>
    private void AddEndpoints(string name)
    {
        foreach (Endpoint endpoint in Endpoints(name))
        {
            string own = $"{endpoint.Hostname}.{name}";
            Require(name, Format(endpoint.Address));
            Require(own, Format(endpoint.Address));
            AddReverse(_required, endpoint, own);
            foreach ((string? port, int number) in endpoint.Ports)
            {
                Allow(port, Format(endpoint.Address));
                if (number > 0)
                {
                    Require(port, $"SRV {number} {own}");
                    Allow(name, $"SRV {number} {own}");
                    Allow(own, $"SRV {number} {own}");
                }
            }
        }
    }

    /// <summary>Section 2.5: the alias, and what it leads to within the zone; nothing where it leads nowhere there.</summary>
    private HashSet<string> Follow(string name, string type)
    {
        HashSet<string> chain = new(StringComparer.Ordinal);
        for (int links = 0; links < MaxChain && Of(_required, name, "CNAME").FirstOrDefault() is { } alias; links++)
        {
            chain.Add($"{name} {alias}");
            name = alias["CNAME ".Length..];
            if (!name.EndsWith("." + Zone, StringComparison.Ordinal) && name is not Zone)
            {
                return chain;
            }
        }

        string[] addresses = [.. Of(_required, name, type).Concat(Of(_allowed, name, type)).Select(record => $"{name} {record}")];
        return addresses.Length > 0 ? [.. chain, .. addresses] : [];
    }

    private IEnumerable<Endpoint> Endpoints(string service)
        => from slice in _slices[service]
           from endpoint in Items(slice, "endpoints")
           where Find(endpoint, "conditions", "ready") is not { ValueKind: JsonValueKind.False }
           from text in Items(endpoint, "addresses")
           let address = ClusterQuestions.ToAddress(text.GetString()!)
           let hostname = Text(endpoint, "hostname")
           select new Endpoint(address, hostname.Length > 0 ? hostname : ClusterQuestions.ToLabel(address), [.. Ports(slice, service, "ports")]);

    /// <summary>Ports with the names they have; null for those without one. A port without a number has no SRV record.</summary>
    private static IEnumerable<(string? Name, int Number)> Ports(JsonElement value, string service, params string[] path)
        => Items(value, path).Select(port => (
            Text(port, "name") is { Length: > 0 } name ? $"_{name}._{(Text(port, "protocol") is { Length: > 0 } protocol ? protocol.ToLowerInvariant() : "tcp")}.{service}" : null,
            Find(port, "port")?.GetInt32() ?? 0));

    private static string Format(IPAddress address) => $"{(address.AddressFamily == AddressFamily.InterNetwork ? "A" : "AAAA")} {address}";

    /// <summary>The name of an endpoint's address, unless the address is a Service's own.</summary>
    private void AddReverse(Dictionary<string, HashSet<string>> records, Endpoint endpoint, string name)
    {
        string reverse = ClusterQuestions.ToReverse(endpoint.Address);
        if (!_ownAddresses.Contains(reverse))
        {
            Add(records, reverse, $"PTR {name}");
        }
    }

    private void Exists(string name) => Allow(name, "");

    private void Require(string? name, string record) => Add(_required, name, record);

    private void Allow(string? name, string record) => Add(_allowed, name, record);

    private static void Add(Dictionary<string, HashSet<string>> records, string? name, string record)
    {
        if (name is not null)
        {
            (records.TryGetValue(name, out HashSet<string>? known) ? known : records[name] = new HashSet<string>(StringComparer.Ordinal)).Add(record);
        }
    }

    private sealed record Endpoint(IPAddress Address, string Hostname, IReadOnlyList<(string? Name, int Number)> Ports);
}
