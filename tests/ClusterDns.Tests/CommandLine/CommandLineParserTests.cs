using ClusterDns.Server.CommandLine;

namespace ClusterDns.Tests.CommandLine;

public class CommandLineParserTests
{
    [Fact]
    public void NothingGivenMeansTheDefaults() => Assert.Equal(new CommandLineOptions(), Parse().Options);

    [Theory]
    [InlineData("-conf", "/etc/coredns/Corefile")]
    [InlineData("--conf", "/etc/coredns/Corefile")]
    [InlineData("-conf=/etc/coredns/Corefile")]
    [InlineData("--conf=/etc/coredns/Corefile")]
    public void AValueMayFollowOrStandBehindAnEqualsSign(params string[] arguments)
        => Assert.Equal("/etc/coredns/Corefile", Parse(arguments).Options!.ConfigurationFile);

    [Theory]
    [InlineData("-dns.port=1053")]
    [InlineData("-p", "1053")]
    public void ThePortHasTwoFlags(params string[] arguments) => Assert.Equal(1053, Parse(arguments).Options!.DnsPort);

    [Fact]
    public void TheLastOfAFlagCounts() => Assert.Equal(2, Parse("-p", "1", "-p", "2").Options!.DnsPort);

    [Fact]
    public void EveryFlagIsRead()
        => Assert.Equal(
            new CommandLineOptions { PidFile = "p", ListPlugins = true, Quiet = true, ShowVersion = true, ShowHelp = true },
            Parse("-pidfile", "p", "-plugins", "-quiet", "-version", "-help").Options);

    [Theory]
    [InlineData("-quiet=true", true)]
    [InlineData("-quiet=1", true)]
    [InlineData("-quiet=F", false)]
    [InlineData("-quiet=0", false)]
    public void ABooleanMayHaveAValue(string argument, bool expected) => Assert.Equal(expected, Parse(argument).Options!.Quiet);

    [Fact]
    public void AValueMayLookLikeAFlag() => Assert.Equal("-quiet", Parse("-conf", "-quiet").Options!.ConfigurationFile);

    [Theory]
    [InlineData(2, "flag needs an argument: -conf", "-conf")]
    [InlineData(2, "flag provided but not defined: -prot", "-prot", "53")]
    [InlineData(2, "invalid value \"dns\" for flag -p: expected a port from 1 to 65535", "-p", "dns")]
    [InlineData(2, "invalid value \"0\" for flag -dns.port: expected a port from 1 to 65535", "-dns.port=0")]
    [InlineData(2, "invalid value \"65536\" for flag -dns.port: expected a port from 1 to 65535", "-dns.port=65536")]
    [InlineData(2, "invalid boolean value \"maybe\" for -quiet: expected true or false", "-quiet=maybe")]
    [InlineData(2, "bad flag syntax: ---conf", "---conf")]
    [InlineData(2, "bad flag syntax: -=x", "-=x")]
    [InlineData(1, "extra command line arguments: [Corefile now]", "-quiet", "Corefile", "now")]
    [InlineData(1, "extra command line arguments: [-quiet]", "--", "-quiet")]
    [InlineData(1, "extra command line arguments: [-]", "-")]
    public void WhatIsWrongIsSaid(int exitCode, string error, params string[] arguments)
    {
        CommandLineResult result = Parse(arguments);

        Assert.Null(result.Options);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(error, result.Error!.Split('\n')[0]);
        Assert.Equal(exitCode == 2, result.Error.EndsWith(CommandLineParser.Usage, StringComparison.Ordinal));
    }

    private static CommandLineResult Parse(params string[] arguments) => CommandLineParser.Parse(arguments);
}
