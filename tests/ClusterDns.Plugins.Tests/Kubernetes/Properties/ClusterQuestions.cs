using System.Globalization;
using System.Net;
using System.Text.Json;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;
using static ClusterDns.Plugins.Tests.Kubernetes.Properties.ClusterObject;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>A name, and a type that is asked of it.</summary>
internal readonly record struct ClusterQuestion(string Name, RecordType Type);

/// <summary>All names that can be made of a cluster's objects, some that cannot, and what is answered.</summary>
internal static class ClusterQuestions
{
    private static readonly RecordType[] Types =
    [
        RecordType.A, RecordType.AAAA, RecordType.SRV, RecordType.PTR, RecordType.TXT, RecordType.CNAME, RecordType.NS, RecordType.MX,
        RecordType.SOA, RecordType.ANY, RecordType.HTTPS,
    ];

    private static readonly string[] LabelNames =
        ["kubernetes.io/service-name", "multicluster.kubernetes.io/service-name"];

    /// <summary>The questions: every name is asked for the types that it may have, and for some of the others.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="options">The options they are answered under.</param>
    public static IEnumerable<ClusterQuestion> Create(IReadOnlyCollection<ClusterObject> objects, RandomOptions options)
    {
        int turn = 0;
        foreach (string name in Names(objects, options))
        {
            turn++;
            for (int i = 0; i < Types.Length; i++)
            {
                if (i < 4 || (i + turn) % 3 == 0)
                {
                    yield return new ClusterQuestion(name, Types[i]);
                }
            }
        }
    }

    /// <summary>Fails where two servers answer otherwise.</summary>
    public static void AssertSame(IEnumerable<ClusterQuestion> questions, (string Name, PluginKit Kit) left, (string Name, PluginKit Kit) right)
    {
        foreach (ClusterQuestion question in questions)
        {
            string answer = Ask(left.Kit, question);
            string other = Ask(right.Kit, question);
            if (!string.Equals(answer, other, StringComparison.Ordinal))
            {
                Assert.Fail($"{question.Name} {RecordTypes.ToText(question.Type)}\n{left.Name}: {answer}\n{right.Name}: {other}");
            }
        }
    }

    /// <summary>
    /// Checks a cluster. Where that fails, it is told which objects are enough for it to fail, beside the question and the answers.
    /// </summary>
    /// <param name="objects">The cluster's objects.</param>
    /// <param name="check">Fails where something is wrong.</param>
    public static void Check(ClusterObject[] objects, Action<ClusterObject[]> check)
    {
        if (FindFailure(objects, check) is not { } failure)
        {
            return;
        }

        for (int i = objects.Length - 1; i >= 0; i--)
        {
            // Without the namespace of another object a cluster is none.
            ClusterObject[] fewer = [.. objects[..i], .. objects[(i + 1)..]];
            if (objects[i].Kind is not "Namespace" && FindFailure(fewer, check) is { } same)
            {
                (objects, failure) = (fewer, same);
            }
        }

        Assert.Fail($"{failure}\nobjects:\n{string.Join('\n', (object[])objects)}");
    }

    private static string? FindFailure(ClusterObject[] objects, Action<ClusterObject[]> check)
    {
        try
        {
            check(objects);
            return null;
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>The answer; the order of records means nothing.</summary>
    public static string Ask(PluginKit kit, ClusterQuestion question)
    {
        string[] lines = kit.Ask(question.Name, question.Type).Split('\n');
        Array.Sort(lines, 1, lines.Length - 1, StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    /// <summary>The name of an address in the reverse tree.</summary>
    public static string ToReverse(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? string.Join('.', bytes.Reverse()) + ".in-addr.arpa."
            : string.Concat(bytes.Reverse().Select(static octet => $"{octet & 15:x}.{octet >> 4:x}.")) + "ip6.arpa.";
    }

    /// <summary>The label that an address is (RFC 5952, with dashes): what names an endpoint that has no hostname.</summary>
    public static string ToLabel(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        if (bytes.Length == 4)
        {
            return string.Join('-', bytes);
        }

        string[] groups = [.. bytes.Chunk(2).Select(static pair => ((pair[0] << 8) | pair[1]).ToString("x", CultureInfo.InvariantCulture))];
        for (int length = 8; length > 1; length--)
        {
            for (int start = 0; start + length <= 8; start++)
            {
                if (groups.AsSpan(start, length).IndexOfAnyExcept("0") < 0)
                {
                    return $"{string.Join('-', groups[..start])}--{string.Join('-', groups[(start + length)..])}{(start + length == 8 ? "0" : "")}";
                }
            }
        }

        return string.Join('-', groups);
    }

    public static IPAddress? ToAddress(string text)
        => AddressText.TryParseUnmapped(text, out IPAddress? address) ? address : null;

    private static SortedSet<string> Names(IReadOnlyCollection<ClusterObject> objects, RandomOptions options)
    {
        SortedSet<string> spaces = new(StringComparer.Ordinal) { "nosuch" };
        SortedSet<string> services = new(StringComparer.Ordinal) { "nosuch" };
        SortedSet<string> endpoints = new(StringComparer.Ordinal) { "nosuch", "_tcp" };
        SortedSet<string> ports = new(StringComparer.Ordinal) { "nosuch" };
        SortedSet<string> zones = new(StringComparer.Ordinal) { "nosuch" };
        HashSet<IPAddress> addresses = [IPAddress.Parse("10.1.0.9"), IPAddress.Parse("fd00::9")];
        foreach (ClusterObject one in objects)
        {
            spaces.Add(one.Kind is "Namespace" ? one.Name : one.Namespace);
            if (one.Kind is "Service" or "ServiceImport")
            {
                services.Add(one.Name);
            }

            services.UnionWith(LabelNames.Select(one.FindLabel).OfType<string>().Where(static name => name.Length > 0).Select(static name => name.ToLowerInvariant()));
            foreach (JsonElement port in Items(one.Root, "ports").Concat(Items(one.Root, "spec", "ports")))
            {
                ports.Add(Text(port, "name"));
            }

            foreach (JsonElement endpoint in Items(one.Root, "endpoints"))
            {
                endpoints.UnionWith(((string[])[Text(endpoint, "hostname"), Text(endpoint, "targetRef", "name")])
                    .Where(static name => name.Length is > 0 and < 64 && !name.Contains('.', StringComparison.Ordinal)));
                zones.Add(Text(endpoint, "zone"));
                addresses.UnionWith(Items(endpoint, "addresses").Select(static address => ToAddress(address.GetString()!)).OfType<IPAddress>());
            }

            addresses.UnionWith(((string[])[Text(one.Root, "spec", "clusterIP"), Text(one.Root, "status", "podIP")])
                .Concat(Items(one.Root, "spec", "clusterIPs").Concat(Items(one.Root, "spec", "ips")).Select(static address => address.GetString()!))
                .Select(ToAddress).OfType<IPAddress>());
        }

        endpoints.UnionWith(addresses.Select(ToLabel));
        zones.Remove("");
        ports.Remove("");
        SortedSet<string> names = new(StringComparer.Ordinal);
        names.UnionWith(addresses.Select(ToReverse));
        if (options.ExternalZone.Length > 0)
        {
            names.Add($"{options.ExternalZone}.");
            foreach (string name in spaces.SelectMany(space => services.Select(service => $"{service}.{space}.{options.ExternalZone}.")))
            {
                names.Add(name);
                names.UnionWith(endpoints.Select(endpoint => $"{endpoint}.{name}"));
                names.UnionWith(ports.SelectMany(port => (string[])[$"_{port}._tcp.{name}", $"_{port}._udp.{name}"]));
            }
        }

        foreach (string zone in (string[])(options.HasImports ? ["cluster.local.", "clusterset.local."] : ["cluster.local."]))
        {
            names.UnionWith([zone, $"svc.{zone}", $"pod.{zone}", $"dns-version.{zone}", $"ns.dns.{zone}", $"dns.{zone}", $"nosuch.{zone}"]);
            foreach (string space in spaces)
            {
                names.UnionWith([$"{space}.svc.{zone}", $"{space}.pod.{zone}"]);
                names.UnionWith(endpoints.Select(endpoint => $"{endpoint}.{space}.pod.{zone}"));
                foreach (string name in services.Select(service => $"{service}.{space}.svc.{zone}"))
                {
                    names.Add(name);
                    names.UnionWith(endpoints.Select(endpoint => $"{endpoint}.{name}"));
                    names.UnionWith(ports.SelectMany(port => (string[])[$"_{port}._tcp.{name}", $"_{port}._udp.{name}", $"{port}.sctp.{name}"]));
                    if (options.HasImports)
                    {
                        names.UnionWith(endpoints.Append("east").SelectMany(endpoint => (string[])[$"{endpoint}.east.{name}", $"{endpoint}.west.{name}"]));
                    }

                    if (options.Lines.Contains("zonal", StringComparison.Ordinal))
                    {
                        names.UnionWith(zones.SelectMany(topology => (string[])[$"{topology}.pin._zone.{name}", $"{topology}.prefer._zone.{name}"]));
                    }
                }
            }
        }

        return names;
    }
}
