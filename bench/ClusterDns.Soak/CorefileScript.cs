using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Soak;

/// <summary>
/// The Corefiles that a server gets one after another. The first block stays; its number of sockets, the options of its plugins and the place
/// of a second block change.
/// </summary>
internal sealed class CorefileScript : IDisposable
{
    /// <summary>After how many Corefiles all comes again.</summary>
    public const int Period = 20;

    /// <summary>The most sockets that the first block has.</summary>
    public const int MaxSockets = 2;

    private const int FewSocketsOf = 5;

    private static readonly string[] ForwardOptions =
    [
        "",
        "  policy sequential\n",
        "  max_fails 5\n  expire 30s\n",
        "  max_concurrent 500\n  prefer_udp\n",
    ];

    private readonly string _manifests;
    private readonly int _upstreamPort;
    private readonly int[] _movingPorts = [FreePort.Find(), FreePort.Find()];
    private readonly Socket _taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly string[] _errors;

    /// <summary>A script.</summary>
    /// <param name="manifests">The cluster's manifest.</param>
    /// <param name="upstreamPort">Where names outside the cluster are asked for.</param>
    public CorefileScript(string manifests, int upstreamPort)
    {
        _manifests = manifests;
        _upstreamPort = upstreamPort;
        _taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _taken.Listen();
        int takenPort = ((IPEndPoint)_taken.LocalEndPoint!).Port;
        _errors =
        [
            "broken.example:0 {\n bind 127.0.0.3\n whoami\n",
            "broken.example:0 {\n bind 127.0.0.3\n nosuch\n}\n",
            "broken.example:0 {\n bind 127.0.0.3\n kubernetes broken.example {\n  manifests missing.yaml\n }\n}\n",
            string.Create(CultureInfo.InvariantCulture, $"broken.example:{takenPort} {{\n bind 127.0.0.1\n whoami\n}}\n"),
        ];
    }

    /// <summary>Where metrics are scraped.</summary>
    public int MetricsPort { get; } = FreePort.Find();

    /// <summary>Where the second block listens in a Corefile, on 127.0.0.3.</summary>
    public int MovingPort(int number) => _movingPorts[number % _movingPorts.Length];

    /// <summary>A Corefile.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="isWatched">Whether the server is to look every two seconds whether it has changed.</param>
    public string Write(int number, bool isWatched)
    {
        int sockets = number % FewSocketsOf == 0 ? MaxSockets : 1;
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            .:0 {
                bind 127.0.0.1
                errors
                {{(isWatched ? "reload 2s 1s" : "")}}
                prometheus 127.0.0.1:{{MetricsPort}}
                multisocket {{sockets}}
                cache 30 {
                    disable success cluster.local in-addr.arpa fresh.test
                    disable denial cluster.local in-addr.arpa fresh.test
                }
                kubernetes cluster.local in-addr.arpa {
                    manifests {{_manifests}}
                    ttl {{number % 7}}
                }
                hosts {
                    192.0.2.80 www.hosts.test
                    fallthrough
                }
                forward . 127.0.0.1:{{_upstreamPort}} {
            {{ForwardOptions[number % ForwardOptions.Length]}}    }
            }
            moving.example:{{MovingPort(number)}} {
                bind 127.0.0.3
                whoami
            }

            """);
    }

    /// <summary>A Corefile that cannot be taken over, for one reason of several.</summary>
    /// <param name="number">Its number.</param>
    public string WriteBroken(int number) => Write(number, isWatched: false) + _errors[number % _errors.Length];

    /// <inheritdoc/>
    public void Dispose() => _taken.Dispose();
}
