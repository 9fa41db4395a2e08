using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Tests.Compatibility;

/// <summary>Which of several directives of a name counts: CoreDNS's choice, plugin by plugin.</summary>
public sealed class RepetitionTests
{
    private const string FirstAt = "Corefile:3:1: this '{0}' has no effect: the first one in the server block counts (Corefile:2:1)";
    private const string LastAt = "Corefile:2:1: this '{0}' has no effect: the last one in the server block counts (Corefile:3:1)";

    public static TheoryData<string, DirectiveRepetition> Choices => new()
    {
        { "acl", DirectiveRepetition.All },
        { "any", DirectiveRepetition.First },
        { "autopath", DirectiveRepetition.All },
        { "bind", DirectiveRepetition.All },
        { "bufsize", DirectiveRepetition.First },
        { "cache", DirectiveRepetition.Once },
        { "cancel", DirectiveRepetition.Last },
        { "chaos", DirectiveRepetition.First },
        { "debug", DirectiveRepetition.All },
        { "dns64", DirectiveRepetition.All },
        { "errors", DirectiveRepetition.Once },
        { "forward", DirectiveRepetition.All },
        { "header", DirectiveRepetition.All },
        { "health", DirectiveRepetition.All },
        { "hosts", DirectiveRepetition.Once },
        { "k8s_external", DirectiveRepetition.All },
        { "kubernetes", DirectiveRepetition.Once },
        { "loadbalance", DirectiveRepetition.All },
        { "local", DirectiveRepetition.All },
        { "log", DirectiveRepetition.All },
        { "loop", DirectiveRepetition.Once },
        { "metadata", DirectiveRepetition.Once },
        { "minimal", DirectiveRepetition.First },
        { "multisocket", DirectiveRepetition.Once },
        { "prometheus", DirectiveRepetition.Once },
        { "ready", DirectiveRepetition.Once },
        { "reload", DirectiveRepetition.First },
        { "rewrite", DirectiveRepetition.All },
        { "root", DirectiveRepetition.Last },
        { "template", DirectiveRepetition.All },
        { "timeouts", DirectiveRepetition.All },
        { "transfer", DirectiveRepetition.All },
        { "whoami", DirectiveRepetition.First },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public void Each_plugin_follows_the_choice_of_CoreDNS(string plugin, DirectiveRepetition repetition)
        => Assert.Equal(repetition, PluginCatalog.Create().Find(plugin)!.Repetition);

    [Fact]
    public void The_table_has_every_plugin()
        => Assert.Equal(
            PluginCatalog.Create().Plugins.Select(static plugin => plugin.Name).Order(StringComparer.Ordinal),
            Choices.Select(static row => (string)row[0]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("any\nany x {\n y\n}", "AnyOptions", FirstAt)]
    [InlineData("bufsize 1400\nbufsize many", "Size = 1400", FirstAt)]
    [InlineData("chaos one\nchaos two {\n x\n}", "Version = one", FirstAt)]
    [InlineData("minimal\nminimal x", "MinimalOptions", FirstAt)]
    [InlineData("reload 10s\nreload 1s", "Interval = 00:00:10", FirstAt)]
    [InlineData("whoami\nwhoami x", "WhoamiOptions", FirstAt)]
    [InlineData("cancel 1s\ncancel 2s", "Timeout = 00:00:02", LastAt)]
    [InlineData("root /a\nroot /b", "Path = /b", LastAt)]
    [InlineData("debug\ndebug", "DebugOptions", "")]
    [InlineData("dns64 {\n translate_all\n}\ndns64 {\n allow_ipv4\n}", "TranslateAll = True, AllowIPv4 = True", "")]
    [InlineData("dns64 2001:db8::/32\ndns64 {\n prefix 2001:db8::/96\n}\ndns64", "Length = 96", "")]
    [InlineData("health :8081 {\n lameduck 5s\n}\nhealth", "Lameduck = 00:00:05", "")]
    [InlineData("health {\n lameduck 5s\n}\nhealth {\n lameduck 7s\n}", "Lameduck = 00:00:07", "")]
    [InlineData("local {\n localhost_prefix off\n}\nlocal", "Prefix = False", "")]
    [InlineData("local {\n localhost_prefix off\n}\nlocal {\n localhost_prefix on\n}", "Prefix = True", "")]
    [InlineData("k8s_external a.example {\n ttl 9\n}\nk8s_external b.example {\n apex x\n}", "TimeToLive = 9", "")]
    [InlineData("timeouts {\n read 5s\n idle 10s\n}\ntimeouts {\n read 7s\n}", "Read = 00:00:07, Write = , Idle = 00:00:10", "")]
    [InlineData("loadbalance weighted w\nloadbalance round_robin", "Weights = ,", "Corefile:2:1: this '{0}' has no effect: the last one in the server block counts (Corefile:3:1)")]
    [InlineData("loadbalance\nloadbalance weighted w", "Weights = WeightOptions", "Corefile:2:1: this '{0}' has no effect: the last one in the server block counts (Corefile:3:1)")]
    [InlineData("header\nheader {\n response set ra\n}", "HeaderOptions", "Corefile:2:1: this '{0}' has no effect: the first one with rules in the server block counts (Corefile:3:1)")]
    [InlineData("autopath a.example x.conf\nautopath b.example y.conf", "Source = y.conf", "Corefile:2:20: 'x.conf' of {0} has no effect: 'y.conf' counts (Corefile:3:20)")]
    [InlineData("autopath @kubernetes\nautopath b.example y.conf", "Source = @kubernetes", "Corefile:3:20: 'y.conf' of {0} has no effect: '@kubernetes' counts (Corefile:2:10)")]
    [InlineData("log a.example\nlog b.example", "LogOptions", "")]
    [InlineData("bind 127.0.0.1\nbind 127.0.0.2", "BindOptions", "")]
    [InlineData("acl {\n allow\n}\nacl {\n block\n}", "AclOptions", "")]
    [InlineData("transfer {\n to *\n}\ntransfer a.example {\n to *\n}", "TransferOptions", "")]
    [InlineData("template IN A\ntemplate IN AAAA", "TemplateOptions", "")]
    [InlineData("forward a.example 192.0.2.1\nforward . 192.0.2.2", "ForwardOptions", "")]
    public void Which_directive_counts_is_the_choice_of_CoreDNS(string body, string options, string warning)
    {
        ReadDirective read = new(body);

        Assert.Equal("", read.Errors);
        Assert.Contains(options, read.Options!.ToString(), StringComparison.Ordinal);
        Assert.Equal(warning.Replace("{0}", body.Split([' ', '\n'])[0], StringComparison.Ordinal), read.Warnings);
    }

    [Theory]
    [InlineData("cache")]
    [InlineData("errors")]
    [InlineData("hosts")]
    [InlineData("kubernetes cluster.local")]
    [InlineData("loop")]
    [InlineData("metadata")]
    [InlineData("multisocket")]
    [InlineData("prometheus")]
    [InlineData("ready")]
    public void What_CoreDNS_accepts_once_is_an_error_the_second_time(string directive)
        => Assert.Equal(
            $"Corefile:3:1: duplicate '{directive.Split(' ')[0]}' in this server block (first at Corefile:2:1): expected once",
            new ReadDirective($"{directive}\n{directive}").Errors);

    [Theory]
    [InlineData("cancel x\ncancel 2s", "Corefile:2:8: invalid duration 'x' for cancel")]
    [InlineData("root\nroot /b", "Corefile:2:1: missing argument of 'root'")]
    [InlineData("health :x\nhealth", "Corefile:2:8: invalid address ':x' for health")]
    [InlineData("timeouts {\n read 1ms\n}\ntimeouts {\n read 7s\n}", "Corefile:3:7: invalid duration '1ms' for read")]
    public void Directives_that_do_not_count_must_be_well_formed_where_CoreDNS_reads_them(string body, string error)
        => Assert.StartsWith(error, new ReadDirective(body).Errors, StringComparison.Ordinal);
}
