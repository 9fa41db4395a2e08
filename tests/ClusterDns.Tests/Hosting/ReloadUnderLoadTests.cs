using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Hosting;

public class ReloadUnderLoadTests
{
    private const int Reloads = 100;

    private const string Cluster =
        "kind: List\nitems:\n- kind: Namespace\n  metadata: {name: default}\n" +
        "- kind: Service\n  metadata: {name: kubernetes, namespace: default}\n  spec: {clusterIP: 10.96.0.1, ports: [{port: 443}]}\n";

    private static readonly string[] Broken =
    [
        "}}}",
        "x.example:0 {\n bind 127.0.0.1\n nosuch\n}\n",
        "x.example:0 {\n bind 127.0.0.1\n bufsize many\n}\n",
        "x.example:0 {\n bind 192.0.2.77\n whoami\n}\n",
        "x.example:0 {\n bind 127.0.0.1\n kubernetes cluster.local {\n  manifests FOLDER/missing.yaml\n }\n}\n",
        "x.example:TAKEN {\n bind 127.0.0.1\n whoami\n}\n",
        "x.example:0 {\n bind 127.0.0.1\n health 127.0.0.1:TAKEN\n}\n",
        "import missing.part\n",
    ];

    [Fact]
    public async Task AHundredReloadsHalfOfThemBrokenLoseNoQueryAndKeepWhatHasNotChanged()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        string takenPort = ((IPEndPoint)taken.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        await using ReloadKit kit = await ReloadKit.StartAsync(".:0 {\n bind 127.0.0.1\n reload 10s\n whoami\n}\n");
        kit.Write("cluster.yaml", Cluster);
        kit.Write(Whole(0));
        await kit.RequestAsync();
        Assert.Equal("192.0.2.80", await kit.AskAsync("www.example.org."));
        int resources = kit.Environment.Resources.Count;
        QueryLoad load = new(
            kit.Endpoint,
            udpClients: 8,
            tcpClients: 2,
            ("kubernetes.default.svc.cluster.local.", "10.96.0.1"),
            ("nosuch.default.svc.cluster.local.", "NXDOMAIN"),
            ("www.example.org.", "192.0.2.80"),
            ("other.test.", "REFUSED"));

        for (int i = 1; i <= Reloads; i++)
        {
            kit.Write(i % 2 == 0 ? Whole(i) : Whole(i) + Broken[i / 2 % Broken.Length].Replace("TAKEN", takenPort, StringComparison.Ordinal));
            int complete = kit.CountLog("Reloading complete");
            await (i % 4 < 2 ? kit.LookAsync() : kit.RequestAsync());
            Assert.True(i % 2 == 1 == (complete == kit.CountLog("Reloading complete")), $"reload {i}: {string.Join('\n', kit.Log.TakeLast(4))}");
        }

        await load.StopAsync();
        Assert.Empty(load.Failures);
        Assert.True(load.Answered > Reloads);
        Assert.Equal(1 + (Reloads / 2), kit.CountLog("Reloading complete"));
        Assert.Equal(Reloads / 2, kit.Metric("coredns_reload_failed_total"));
        Assert.Equal(resources, kit.Environment.Resources.Count);
        Assert.Single(kit.Files.Read, static file => string.Equals(file, "cluster.yaml", StringComparison.Ordinal));

        // What the cache held in the beginning is held still: each miss would have been one question more for the link below.
        Assert.Equal(1, kit.Metric("coredns_cache_misses_total"));
    }

    /// <summary>A configuration whose first block stays, while workers, ports and other blocks come and go.</summary>
    private static string Whole(int number)
    {
        string moving = (number % 3) switch
        {
            0 => "moving.example:0 {\n bind 127.0.0.3\n whoami\n}\n",
            1 => "moving.example:0 {\n bind 127.0.0.4\n health 127.0.0.4:0\n whoami\n}\n",
            _ => "",
        };
        return
            $"cluster.local:0 {{\n bind 127.0.0.1\n reload 10s\n multisocket {1 + (number % 4)}\n timeouts {{\n  idle {1 + (number % 24)}h\n  read 24h\n  write 24h\n }}\n" +
            " kubernetes {\n  manifests FOLDER/cluster.yaml\n }\n}\n" +
            "example.org:0 {\n bind 127.0.0.1\n prometheus 127.0.0.1:0\n cache 65535 {\n  keepttl\n }\n hosts {\n  192.0.2.80 www.example.org\n  ttl 65535\n }\n}\n" +
            moving;
    }
}
