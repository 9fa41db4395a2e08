namespace ClusterDns.Conformance.Resolver;

/// <summary>What a cluster forwards to: two servers that do not agree, and a third for what they do not know.</summary>
internal static class OutsideServers
{
    /// <summary>The one that kubeadm's Corefile names.</summary>
    public const string First = "192.0.2.53";

    /// <summary>Another one.</summary>
    public const string Second = "192.0.2.54";

    /// <summary>Whom both ask, and who knows no name at all.</summary>
    public const string Denier = "192.0.2.55";

    /// <summary>All of their addresses.</summary>
    public static string[] Addresses => [First, Second, Denier];

    /// <summary>The Corefile that they run under.</summary>
    public static string Corefile => $$"""
        .:53 {
            bind {{First}}
            hosts {
                192.0.2.80 www.outside.test
                2001:db8::80 www.outside.test
                192.0.2.90 other.outside.test
                2001:db8::90 other.outside.test
                192.0.2.101 host.corp.test
                192.0.2.102 host.dept
                192.0.2.103 host.dept.corp.test
                192.0.2.104 host._sip._tcp.under_score.test
                192.0.2.105 host.last.test
                192.0.2.161 host.stub.test
                192.0.2.171 moving.outside.test
                192.0.2.123 first.reverse.test
                fallthrough
            }
            forward . {{Denier}}
        }

        .:53 {
            bind {{Second}}
            hosts {
                192.0.2.162 host.stub.test
                192.0.2.163 new.stub.test
                192.0.2.172 moving.outside.test
                192.0.2.123 second.reverse.test
                fallthrough
            }
            forward . {{Denier}}
        }

        .:53 {
            bind {{Denier}}
            template ANY ANY . {
                rcode NXDOMAIN
            }
        }
        """;
}
