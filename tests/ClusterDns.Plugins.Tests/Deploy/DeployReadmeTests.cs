using System.Diagnostics;
using System.Text.RegularExpressions;
using ClusterDns.TestKit;
using k8s.Models;

namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>What deploy/README.md tells somebody to type at night fits the manifests.</summary>
public sealed partial class DeployReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "README.md"));
    private static readonly V1Deployment Server = DeployFiles.Single<V1Deployment>("deployment.yaml");

    [Fact]
    public void The_image_has_one_name_everywhere()
    {
        string image = Server.Spec.Template.Spec.Containers[0].Image;
        MatchCollection names = ImageName().Matches(Readme);

        Assert.True(names.Count >= 3, "the README has lost the image's name");
        Assert.All(names, name => Assert.Equal(image, name.Value.Replace("REGISTRY", "registry.example", StringComparison.Ordinal)));
        Assert.Contains($"    imageRepository: {image.Replace("registry.example", "REGISTRY", StringComparison.Ordinal).Split("/coredns:")[0]}\n", Readme, StringComparison.Ordinal);
        Assert.Contains($"    imageTag: {image.Split(':')[1]}\n", Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_beside_the_Deployment_is_told_about()
        => Assert.All(
            Directory.EnumerateFiles(Path.Combine(DeployFiles.Folder, "optional")),
            static path => Assert.Contains($"| `{Path.GetFileName(path)}` |", Readme, StringComparison.Ordinal));

    [Fact]
    public async Task The_trial_reads_the_clusters_Corefile_and_answers_for_no_Service()
    {
        V1Deployment trial = Assert.IsType<V1Deployment>(Assert.Single(DeployFiles.Parse(await PrintAsync(Trial().Match(Readme).Groups["command"].Value))));

        Assert.Equal("dns-trial", trial.Metadata.Name);
        Assert.Equal(1, trial.Spec.Replicas);
        Assert.All(
            (IDictionary<string, string>[])[trial.Metadata.Labels, trial.Spec.Selector.MatchLabels, trial.Spec.Template.Metadata.Labels],
            static labels => Assert.Equal(new KeyValuePair<string, string>("k8s-app", "dns-trial"), Assert.Single(labels)));
        V1PodSpec pod = trial.Spec.Template.Spec;
        Assert.Equal(Server.Spec.Template.Spec.ServiceAccountName, pod.ServiceAccountName);
        Assert.Equal("coredns", Assert.Single(pod.Volumes).ConfigMap.Name);
        Assert.StartsWith("REGISTRY/", Assert.Single(pod.Containers).Image, StringComparison.Ordinal);
    }

    private static async Task<string> PrintAsync(string command)
    {
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", command])
        {
            WorkingDirectory = Repository.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return printed;
    }

    [GeneratedRegex(@"REGISTRY/clusterdns-[0-9.]+/coredns:[^ `\n]+", RegexOptions.NonBacktracking)]
    private static partial Regex ImageName();

    [GeneratedRegex(@"(?<command>sed -e [^|]*\|registry\.example\|REGISTRY\|' [^|]*)\| kubectl apply", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Trial();
}
