using System.Globalization;
using System.Text;

namespace ClusterDns.Conformance.TestKit;

/// <summary>What upstreams of somebody else's serve to the tests.</summary>
internal static class UpstreamZones
{
    private const string Validity = "20300101000000 20200101000000 4242 signed.test.";

    /// <summary>
    /// A zone with signatures. Nobody could verify them; a forwarder has only to hand them on. <c>large</c> is some 4 kB, <c>huge</c>
    /// some 50 kB.
    /// </summary>
    public static string Signed { get; } = CreateSigned();

    /// <summary>unbound's configuration: two zones of its own, and nobody else to ask.</summary>
    public static string UnboundConfiguration(int port, string folder, string zone, IEnumerable<string> options) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        server:
          interface: 127.0.0.1
          port: {port}
          directory: "{folder}"
          chroot: ""
          username: ""
          pidfile: ""
          logfile: ""
          use-syslog: no
          do-ip6: no
          module-config: "iterator"
          access-control: 127.0.0.0/8 allow
          edns-buffer-size: 4096
          max-udp-size: 4096
          identity: "somebody else"
          local-zone: "ready.test." static
          local-data: 'ready.test. 300 IN TXT "ready"'
          local-zone: "signed.test." transparent
          local-zone: "." refuse
          {string.Join("\n  ", options)}
        remote-control:
          control-enable: no
        auth-zone:
          name: "signed.test."
          zonefile: "{zone}"
          for-downstream: yes
          for-upstream: no
          fallback-enabled: no

        """);

    /// <summary>dnsmasq's configuration: a few names, and nobody else to ask.</summary>
    public static string DnsmasqConfiguration(int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        port={port}
        listen-address=127.0.0.1
        bind-interfaces
        no-resolv
        no-hosts
        pid-file=
        user={Environment.UserName}
        local-ttl=60
        edns-packet-max=4096
        local=/test/
        txt-record=ready.test,ready
        host-record=www.mixed.test,192.0.2.80,2001:db8::80
        cname=alias.mixed.test,www.mixed.test
        mx-host=mixed.test,mail.mixed.test,10
        srv-host=_dns._udp.mixed.test,www.mixed.test,53,0,5
        caa-record=mixed.test,0,issue,ca.test
        {string.Join('\n', Enumerable.Range(0, 40).Select(static i => $"txt-record=large.mixed.test,{i:D3}-{new string('x', 60)}"))}

        """);

    private static string CreateSigned()
    {
        StringBuilder zone = new(
            $"""
            signed.test. 300 IN SOA ns.signed.test. admin.signed.test. 1 3600 900 86400 60
            signed.test. 300 IN RRSIG SOA 13 2 300 {Validity} {Signature(1)}
            signed.test. 300 IN NS ns.signed.test.
            signed.test. 300 IN RRSIG NS 13 2 300 {Validity} {Signature(2)}
            signed.test. 300 IN DNSKEY 256 3 13 {Signature(3)}
            signed.test. 300 IN DNSKEY 257 3 13 {Signature(4)}
            signed.test. 300 IN RRSIG DNSKEY 13 2 300 {Validity} {Signature(5)}
            signed.test. 60 IN NSEC alias.signed.test. NS SOA RRSIG NSEC DNSKEY
            signed.test. 60 IN RRSIG NSEC 13 2 60 {Validity} {Signature(6)}
            alias.signed.test. 300 IN CNAME www.signed.test.
            alias.signed.test. 300 IN RRSIG CNAME 13 3 300 {Validity} {Signature(7)}
            alias.signed.test. 60 IN NSEC large.signed.test. CNAME RRSIG NSEC
            alias.signed.test. 60 IN RRSIG NSEC 13 3 60 {Validity} {Signature(8)}
            large.signed.test. 60 IN NSEC secure.signed.test. TXT RRSIG NSEC
            large.signed.test. 60 IN RRSIG NSEC 13 3 60 {Validity} {Signature(9)}
            ns.signed.test. 300 IN A 192.0.2.53
            secure.signed.test. 300 IN NS ns.signed.test.
            secure.signed.test. 300 IN DS 4242 13 2 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F
            secure.signed.test. 300 IN RRSIG DS 13 3 300 {Validity} {Signature(10)}
            www.signed.test. 300 IN A 192.0.2.80
            www.signed.test. 300 IN A 192.0.2.81
            www.signed.test. 300 IN RRSIG A 13 3 300 {Validity} {Signature(11)}
            www.signed.test. 300 IN AAAA 2001:db8::80
            www.signed.test. 300 IN RRSIG AAAA 13 3 300 {Validity} {Signature(12)}
            www.signed.test. 60 IN NSEC signed.test. A AAAA RRSIG NSEC
            www.signed.test. 60 IN RRSIG NSEC 13 3 60 {Validity} {Signature(13)}
            odd.signed.test. 300 IN TYPE65280 \# 4 DEADBEEF

            """);
        AddTexts(zone, "large.signed.test.", 15);
        AddTexts(zone, "huge.signed.test.", 200);
        return zone.ToString();
    }

    private static void AddTexts(StringBuilder zone, string name, int count)
    {
        for (int i = 0; i < count; i++)
        {
            zone.Append(CultureInfo.InvariantCulture, $"{name} 300 IN TXT \"{i:D3}-{new string('t', 230)}\"\n");
        }
    }

    private static string Signature(byte seed) => Convert.ToBase64String([.. Enumerable.Range(0, 64).Select(i => (byte)((i * 7) + seed))]);
}
