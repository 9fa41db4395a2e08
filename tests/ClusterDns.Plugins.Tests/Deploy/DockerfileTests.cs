using ClusterDns.TestKit;
using static ClusterDns.Plugins.Tests.Deploy.DockerfileInstructions;

namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>What the Dockerfile promises, as far as its text can tell; ContainerTests run what comes of it.</summary>
public sealed class DockerfileTests
{
    private const string BuildScript = "deploy/build.sh";

    private static readonly string[] InstructionNames = ["FROM", "RUN", "WORKDIR", "COPY", "ARG", "LABEL", "USER", "EXPOSE", "ENTRYPOINT"];
    private static readonly IReadOnlyList<IReadOnlyList<Instruction>> AllStages = Stages(Read("Dockerfile"));
    private static readonly IReadOnlyList<Instruction> Build = Assert.Single(AllStages, static stage => stage[0].Rest.EndsWith(" AS build", StringComparison.Ordinal));
    private static readonly IReadOnlyList<Instruction> Final = AllStages[^1];

    [Fact]
    public void It_has_only_instructions_that_are_looked_at_here()
        => Assert.All(AllStages.SelectMany(static stage => stage), static instruction => Assert.Contains(instruction.Name, InstructionNames, StringComparer.Ordinal));

    [Fact]
    public void It_publishes_by_the_script_that_the_tests_publish_by()
    {
        Assert.Contains(Build, static instruction => instruction.Name is "RUN" && instruction.Rest.StartsWith($"{BuildScript} /out ", StringComparison.Ordinal));
        Assert.Contains($"\n{BuildScript} artifacts/publish\n", Read("test.sh"), StringComparison.Ordinal);
        Assert.DoesNotContain("dotnet publish", Read("test.sh") + Read("Dockerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_build_needs_is_let_through_to_it()
    {
        string[] lines = Read(".dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] passed = [.. lines.Where(static line => line[0] == '!').Select(static line => line[1..])];

        Assert.Contains("*", lines, StringComparer.Ordinal);
        Assert.All(passed, static path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
        string[] needed = ["src", BuildScript, "deploy/nodelocal", ".editorconfig", "Directory.Build.props", "Directory.Packages.props", "global.json"];
        Assert.Equal(needed.Order(StringComparer.Ordinal), passed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_executable_gets_its_capability_and_keeps_it_on_the_way()
    {
        Assert.Contains(Build, static instruction => instruction.Rest.Contains("setcap cap_net_bind_service=ep /out/clusterdns", StringComparison.Ordinal));
        Instruction copy = Assert.Single(Final, static instruction => instruction.Name is "COPY");
        Assert.Equal("--from=build /out/clusterdns /clusterdns", copy.Rest);
    }

    [Fact]
    public void The_final_stage_has_no_shell_and_needs_none()
    {
        string image = Final[0].Rest;
        Assert.Matches("^mcr\\.microsoft\\.com/dotnet/runtime-deps:10\\.0-[a-z]+-chiseled$", image);
        Assert.DoesNotContain(Final, static instruction => instruction.Name is "RUN" or "SHELL" or "CMD");

        // Linked against the libc of the one, it runs on the libc of the other.
        string release = image.Split('-')[^2];
        Assert.Contains($":10.0-{release}-aot AS build", Build[0].Rest, StringComparison.Ordinal);
    }

    [Fact]
    public void The_container_runs_as_65532_and_starts_with_kubeadms_arguments()
    {
        Assert.Equal("65532:65532", Only("USER"));
        Assert.Equal("/", Only("WORKDIR"));
        Assert.Equal("[\"/clusterdns\"]", Only("ENTRYPOINT"));
    }

    [Fact]
    public void Every_port_of_the_Deployment_is_exposed()
        => Assert.Equal(["53/tcp", "53/udp", "8080/tcp", "8181/tcp", "9153/tcp"], Only("EXPOSE").Split(' ').Order(StringComparer.Ordinal), StringComparer.Ordinal);

    [Fact]
    public void The_nodes_helper_starts_the_script_that_ContainerTests_run()
    {
        IReadOnlyList<Instruction> stage = Assert.Single(AllStages, static stage => stage[0].Rest.EndsWith(" AS node-addresses", StringComparison.Ordinal));

        Assert.Contains(new Instruction("COPY", "deploy/nodelocal/node-addresses.sh /node-addresses.sh"), stage);
        Assert.Equal(new Instruction("ENTRYPOINT", "[\"/bin/sh\", \"/node-addresses.sh\"]"), stage[^1]);
        Assert.Contains(stage, static instruction => instruction.Rest.Contains("iproute2 iptables", StringComparison.Ordinal));
    }

    private static string Only(string name) => Assert.Single(Final, instruction => string.Equals(instruction.Name, name, StringComparison.Ordinal)).Rest;

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));
}
