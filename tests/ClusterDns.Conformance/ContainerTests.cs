using System.Diagnostics;
using ClusterDns.Conformance.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Conformance;

/// <summary>
/// The executable as the image holds it and as kubelet has it started: read-only, as uid 65532, with one capability. No container
/// runtime is needed; Container/container.sh does what one would.
/// </summary>
public sealed class ContainerTests : IDisposable
{
    /// <summary>What the image's base has: libc, and the compiler's own library.</summary>
    private static readonly string[] LibrariesOfTheBase = ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clusterdns-container-");

    public void Dispose() => _folder.Delete(recursive: true);

    [NativeRootTheory]
    [InlineData("1024")]
    [InlineData("0")]
    public async Task Kubeadms_Corefile_is_served_on_port_53_under_either_generation_of_containerd(string firstUnprivilegedPort)
    {
        string printed = await RunAsync(
            """
            network "$first"
            sed 's|pods insecure|manifests /etc/coredns/cluster.yaml\n&|' "$corefiles/kubeadm.Corefile" | image "$folder/root" "$executable"
            cp examples/cluster.yaml "$folder/root/etc/coredns/"
            start "$folder/root"
            ask 127.0.0.1 kubernetes.default.svc.cluster.local
            ask ::1 kubernetes.default.svc.cluster.local +tcp
            get 127.0.0.1 8080 /health
            get 127.0.0.1 8181 /ready
            get 127.0.0.1 9153 /metrics | grep '^coredns_plugin_enabled.*name="kubernetes"'
            for field in Uid CapPrm CapEff CapBnd CapAmb NoNewPrivs; do status $field; done
            ls "$folder/root"
            """,
            ("first", firstUnprivilegedPort));

        string[] lines = printed.Split('\n');
        Assert.Contains(".:53", lines, StringComparer.Ordinal);
        Assert.Equal(2, lines.Count(static line => line is "10.96.0.1"));
        Assert.Equal(2, lines.Count(static line => line is "OK"));
        Assert.Contains(lines, static line => line.StartsWith("coredns_plugin_enabled", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal));
        Assert.Contains("Uid: 65532 65532 65532 65532", lines, StringComparer.Ordinal);
        Assert.Contains("CapPrm: 0000000000000400", lines, StringComparer.Ordinal);
        Assert.Contains("CapEff: 0000000000000400", lines, StringComparer.Ordinal);
        Assert.Contains("CapBnd: 0000000000000400", lines, StringComparer.Ordinal);
        Assert.Contains("CapAmb: 0000000000000000", lines, StringComparer.Ordinal);
        Assert.Contains("NoNewPrivs: 1", lines, StringComparer.Ordinal);
        Assert.DoesNotContain("tmp", lines, StringComparer.Ordinal);
        Assert.DoesNotContain("home", lines, StringComparer.Ordinal);
    }

    [NativeRootFact]
    public async Task Without_the_files_capability_port_53_takes_open_low_ports()
    {
        string printed = await RunAsync(
            """
            network 1024
            image "$folder/root" "$executable" <<<'.:53'
            setcap -r "$folder/root/clusterdns"
            (run "$folder/root" cap_net_bind_service cap_net_bind_service=ep) 2>&1 || echo "exit code $?"
            network 0
            start "$folder/root"
            """);

        Assert.Contains("permission denied", printed, StringComparison.Ordinal);
        Assert.Contains("exit code 1\n", printed, StringComparison.Ordinal);
        Assert.Contains("\n.:53\n", printed, StringComparison.Ordinal);
    }

    [NativeRootFact]
    public async Task Where_the_capability_is_out_of_reach_the_kernel_refuses_to_start_it()
    {
        string printed = await RunAsync(
            """
            network 0
            image "$folder/root" "$executable" <<<'.:53'
            (run "$folder/root" no_capability_at_all =) 2>&1 || echo 'not started'
            mount -o remount,rw "$folder/root"
            setcap -r "$folder/root/clusterdns"
            exec {output}< <(run "$folder/root" no_capability_at_all =)
            read -r line <&"$output"
            echo "$line"
            """);

        Assert.Equal("execve '/clusterdns' failed!\nnot started\n.:53\n", printed);
    }

    [NativeRootFact]
    public async Task The_nodes_server_answers_on_the_addresses_that_the_node_has_been_given()
    {
        string printed = await RunAsync(
            """
            network 1024
            ip address add 10.96.0.11/32 dev lo
            image "$folder/cluster" "$executable" <<'CONF'
            .:53 {
                bind 10.96.0.11
                hosts {
                    10.96.12.7 web.shop.svc.cluster.local
                }
            }
            CONF
            start "$folder/cluster"

            exec {killed}< <(exec sh deploy/nodelocal/node-addresses.sh 169.254.20.10 10.96.0.10)
            read -r line <&"$killed"
            kill -KILL $!
            exec {addresses}< <(exec sh deploy/nodelocal/node-addresses.sh 169.254.20.10 10.96.0.10)
            holder=$!
            read -r line <&"$addresses"
            echo "$line"
            iptables-save | grep -c '^-A'
            iptables -w -t filter -C OUTPUT -s 10.96.0.10/32 -p tcp --sport 53 -j ACCEPT && echo 'the probe sees the last rule'

            image "$folder/node" "$executable" <"$corefiles/nodelocal.Corefile"
            start "$folder/node"
            ask 169.254.20.10 web.shop.svc.cluster.local
            ask 10.96.0.10 web.shop.svc.cluster.local
            ask 10.96.0.10 web.shop.svc.cluster.local +tcp
            get 169.254.20.10 8080 /health

            kill -TERM "$holder"
            read -r line <&"$addresses"
            echo "$line"
            iptables-save | grep -c '^-A' || true
            ip -brief address show lo
            """);

        string[] lines = printed.Split('\n');
        Assert.Contains("node-addresses: added 169.254.20.10 10.96.0.10", lines, StringComparer.Ordinal);
        Assert.Contains("20", lines, StringComparer.Ordinal);
        Assert.Contains("the probe sees the last rule", lines, StringComparer.Ordinal);
        Assert.Equal(3, lines.Count(static line => line is "10.96.12.7"));
        Assert.Contains("OK", lines, StringComparer.Ordinal);
        Assert.Contains("node-addresses: removed 169.254.20.10 10.96.0.10", lines, StringComparer.Ordinal);
        Assert.Contains("0", lines, StringComparer.Ordinal);
        string left = Assert.Single(lines, static line => line.StartsWith("lo ", StringComparison.Ordinal));
        Assert.Contains("10.96.0.11/32", left, StringComparison.Ordinal);
        Assert.DoesNotContain("169.254.20.10", left, StringComparison.Ordinal);
        Assert.DoesNotContain("10.96.0.10", left, StringComparison.Ordinal);
    }

    [NativeRootFact]
    public async Task The_executable_is_linked_to_nothing_that_the_images_base_lacks()
    {
        string printed = await RunAsync("""readelf --dynamic "$executable" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'""");

        string[] libraries = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("libc.so.6", libraries, StringComparer.Ordinal);
        Assert.Empty(libraries.Where(static name => !name.StartsWith("ld-linux", StringComparison.Ordinal)).Except(LibrariesOfTheBase, StringComparer.Ordinal));
    }

    /// <summary>Runs a scenario, at whose end everything that it started ends.</summary>
    /// <param name="scenario">Its script.</param>
    /// <param name="variables">What it is told beside where things are.</param>
    /// <returns>What it printed.</returns>
    private async Task<string> RunAsync(string scenario, params (string Name, string Value)[] variables)
    {
        ProcessStartInfo start = new(
            "unshare",
            [
                "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                "bash", "-c", $". tests/ClusterDns.Conformance/Container/container.sh\n{scenario}",
            ])
        {
            WorkingDirectory = Repository.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["folder"] = _folder.FullName;
        start.Environment["executable"] = Path.GetFullPath(Executable.Native!);
        start.Environment["corefiles"] = Path.Combine(Repository.Root, "tests", "ClusterDns.Core.Tests", "Data", "corefiles");
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{printed}\n{await errors}");
        return printed;
    }
}
