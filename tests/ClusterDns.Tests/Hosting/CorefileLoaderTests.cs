using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Server.CommandLine;
using ClusterDns.Server.Hosting;

namespace ClusterDns.Tests.Hosting;

public sealed class CorefileLoaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly DiagnosticBag _diagnostics = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void AFileIsRead()
    {
        string path = Path.Combine(_folder.FullName, "Corefile");
        File.WriteAllText(path, "example.org {\n whoami\n}\n");

        CorefileDocument document = Load(new CommandLineOptions { ConfigurationFile = path })!;

        Assert.Equal("example.org", document.Blocks[0].Keys[0].Text);
        Assert.Empty(_diagnostics.Errors);
    }

    [Fact]
    public void ImportsAreReadFromTheFilesFolder()
    {
        string path = Path.Combine(_folder.FullName, "Corefile");
        File.WriteAllText(path, ". {\n import parts/*.conf\n}\n");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "parts"));
        File.WriteAllText(Path.Combine(_folder.FullName, "parts", "b.conf"), "whoami\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "parts", "a.conf"), "log\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "parts", "c.other"), "any\n");

        CorefileDocument document = Load(new CommandLineOptions { ConfigurationFile = path })!;

        Assert.Equal("log whoami", string.Join(' ', document.Blocks[0].Directives.Select(static directive => directive.Name.Text)));
        Assert.Equal(3, document.Files.Count);
    }

    [Theory]
    [InlineData("missing", "no such file")]
    [InlineData(".", "it is a directory")]
    public void WhatCannotBeReadIsAnError(string name, string reason)
    {
        string path = Path.Combine(_folder.FullName, name);

        Assert.Null(Load(new CommandLineOptions { ConfigurationFile = path }));
        Assert.Equal(
            $"{path}:1:1: cannot read the Corefile: {reason}; expected a file (set by -conf)", Assert.Single(_diagnostics.Errors).ToString());
    }

    [Fact]
    public void StandardInputIsAFileToo()
    {
        CorefileDocument document = Load(new CommandLineOptions { ConfigurationFile = "stdin" }, ". {\n whoami\n")!;

        Assert.Single(document.Blocks);
        Assert.StartsWith("stdin:", Assert.Single(_diagnostics.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void VariablesOfTheEnvironmentAreSet()
    {
        CorefileDocument document = Load(new CommandLineOptions { ConfigurationFile = "stdin" }, "{$ZONE} {\n whoami\n}\n")!;

        Assert.Equal("from.environment", document.Blocks[0].Keys[0].Text);
    }

    [Fact]
    public void WithoutAnyFileTheServerSaysWhoAsks()
    {
        // The tests' working folder has no Corefile.
        CorefileDocument document = Load(new CommandLineOptions { DnsPort = 1053 })!;

        Assert.Equal(".:1053", document.Blocks[0].Keys[0].Text);
        Assert.Equal("whoami log", string.Join(' ', document.Blocks[0].Directives.Select(static directive => directive.Name.Text)));
    }

    private CorefileDocument? Load(CommandLineOptions options, string input = "")
        => new CorefileLoader(
            static name => string.Equals(name, "ZONE", StringComparison.Ordinal) ? "from.environment" : null,
            () => new MemoryStream(Encoding.UTF8.GetBytes(input))).Load(options, _diagnostics);
}
