using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Hosts;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Hosts;

public sealed class HostsPluginTests
{
    private const string File = """
        # a comment
        192.0.2.1  one.test alias.test   # another
        192.0.2.2  one.test
        2001:db8::1 one.test
        192.0.2.9  *.wild.test
        010.0.0.1  octal.test
        fe80::1%eth0 scoped.test
        nonsense
        """;

    private readonly FakeFiles _files = new() { ["hosts"] = File };

    [Fact]
    public void Names_have_the_addresses_of_their_lines_in_order()
    {
        PluginKit kit = Create("hosts hosts");

        Assert.Equal("NOERROR\nAnswer: ONE.test. 3600 A 192.0.2.1\nAnswer: ONE.test. 3600 A 192.0.2.2", kit.Ask("ONE.test."));
        Assert.Equal("NOERROR\nAnswer: one.test. 3600 AAAA 2001:db8::1", kit.Ask("one.test.", RecordType.AAAA));
        Assert.Equal("NOERROR\nAnswer: alias.test. 3600 A 192.0.2.1", kit.Ask("alias.test."));
        Assert.Equal("NOERROR\nAnswer: scoped.test. 3600 AAAA fe80::1", kit.Ask("scoped.test.", RecordType.AAAA));
        Assert.True(kit.Serve("one.test.").Response.Authoritative);
    }

    [Fact]
    public void File_that_is_longer_than_it_reports_keeps_the_old_names_and_is_refused_once()
    {
        PluginKit kit = Create("hosts hosts {\n reload 3s\n}");
        kit.Resources.Start();
        _files.ReportedLength = 0;
        _files["hosts"] = new string('#', HostsFile.MaxLength + 1);
        _files.Reads.Clear();
        kit.Time.Advance(TimeSpan.FromSeconds(9));

        Assert.Single(_files.Reads);
        Assert.Single(kit.Log, static line => line.Contains($"has more than {HostsFile.MaxLength} bytes", StringComparison.Ordinal));
        Assert.Contains("192.0.2.1", kit.Ask("one.test."), StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_have_the_names_of_their_lines()
    {
        PluginKit kit = Create("hosts hosts");

        Assert.Equal(
            "NOERROR\nAnswer: 1.2.0.192.in-addr.arpa. 3600 PTR one.test.\nAnswer: 1.2.0.192.in-addr.arpa. 3600 PTR alias.test.",
            kit.Ask("1.2.0.192.in-addr.arpa.", RecordType.PTR));
        Assert.Equal("REFUSED", kit.Ask("9.2.0.192.in-addr.arpa.", RecordType.PTR));
        Assert.Equal("REFUSED", Create("hosts hosts {\n no_reverse\n}").Ask("1.2.0.192.in-addr.arpa.", RecordType.PTR));
    }

    [Fact]
    public void A_name_that_is_there_has_NODATA_for_other_types_and_one_that_is_not_SERVFAIL()
    {
        PluginKit kit = Create("hosts hosts");

        Assert.Equal("NOERROR", kit.Ask("alias.test.", RecordType.AAAA));
        Assert.Equal("NOERROR", kit.Ask("alias.test.", RecordType.TXT));
        Assert.Equal("SERVFAIL", kit.Ask("nosuch.test."));
        Assert.Equal("SERVFAIL", kit.Ask("octal.test."));
    }

    [Fact]
    public void An_asterisk_stands_for_one_label()
    {
        PluginKit kit = Create("hosts hosts");

        Assert.Equal("NOERROR\nAnswer: any.wild.test. 3600 A 192.0.2.9", kit.Ask("any.wild.test."));
        Assert.Equal("SERVFAIL", kit.Ask("wild.test."));
        Assert.Equal("SERVFAIL", kit.Ask("a.b.wild.test."));
    }

    [Fact]
    public void An_asterisk_alone_stands_for_nothing()
    {
        _files["hosts"] = "192.0.2.9 * *.";
        PluginKit kit = Create("hosts hosts");

        Assert.Equal("SERVFAIL", kit.Ask("test."));
        Assert.Equal("SERVFAIL", kit.Ask("."));
    }

    [Fact]
    public void An_address_has_no_more_names_than_a_message_holds()
    {
        _files["hosts"] = string.Join('\n', Enumerable.Range(0, HostsTable.MaxRecords + 3).Select(static i => $"0.0.0.0 n{i}.test"));
        PluginKit kit = Create("hosts hosts");

        Assert.Equal(HostsTable.MaxRecords, kit.Serve("0.0.0.0.in-addr.arpa.", RecordType.PTR).Response.Answers.Count);
        Assert.Equal($"NOERROR\nAnswer: n{HostsTable.MaxRecords + 2}.test. 3600 A 0.0.0.0", kit.Ask($"n{HostsTable.MaxRecords + 2}.test."));
        Assert.Contains("Warning: File hosts has 3 entries that are ignored: a name or address has at most 4096", kit.Log, StringComparer.Ordinal);
    }

    [Fact]
    public void Fallthrough_passes_on_what_is_not_there_in_its_zones()
    {
        PluginKit kit = Create("hosts hosts {\n fallthrough test\n}");

        Assert.Equal("REFUSED", kit.Ask("nosuch.test."));
        Assert.Equal("SERVFAIL", kit.Ask("nosuch.example."));
        Assert.Equal("NOERROR", kit.Ask("one.test.", RecordType.TXT));
        Assert.Equal("REFUSED", Create("hosts hosts {\n fallthrough\n fallthrough_unsupported\n}").Ask("one.test.", RecordType.TXT));
    }

    [Fact]
    public void Lines_in_the_Corefile_come_after_the_files_and_ttl_is_theirs_too()
    {
        PluginKit kit = Create("hosts hosts {\n 192.0.2.1 one.test\n 192.0.2.7 one.test two.test\n ttl 60\n}");

        Assert.Equal(
            "NOERROR\nAnswer: one.test. 60 A 192.0.2.1\nAnswer: one.test. 60 A 192.0.2.2\nAnswer: one.test. 60 A 192.0.2.7", kit.Ask("one.test."));
        Assert.Equal("NOERROR\nAnswer: two.test. 60 A 192.0.2.7", kit.Ask("two.test."));
    }

    [Fact]
    public void Names_outside_the_zones_are_passed_on()
    {
        PluginKit kit = Create("hosts hosts example");

        Assert.Equal("REFUSED", kit.Ask("one.test."));
        Assert.Equal("SERVFAIL", kit.Ask("one.example."));
    }

    [Fact]
    public void The_file_is_read_again_when_it_has_changed_and_kept_when_it_is_gone()
    {
        PluginKit kit = Create("hosts hosts {\n reload 3s\n}");
        kit.Resources.Start();

        _files["hosts"] = "192.0.2.5 one.test";
        Assert.Contains("192.0.2.1", kit.Ask("one.test."), StringComparison.Ordinal);
        kit.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("NOERROR\nAnswer: one.test. 3600 A 192.0.2.5", kit.Ask("one.test."));

        _files["hosts"] = null;
        kit.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("NOERROR\nAnswer: one.test. 3600 A 192.0.2.5", kit.Ask("one.test."));

        kit.Resources.Dispose();
        _files["hosts"] = "192.0.2.6 one.test";
        kit.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("NOERROR\nAnswer: one.test. 3600 A 192.0.2.5", kit.Ask("one.test."));
    }

    [Fact]
    public async Task Reload_of_the_file_occupies_no_thread_of_the_pool()
    {
        PluginKit kit = Create("hosts hosts {\n reload 3s\n}");
        kit.Resources.Start();
        _files["hosts"] = "192.0.2.5 one.test";
        _files.Readers.Clear();
        await Task.Run(() => kit.Time.Advance(TimeSpan.FromSeconds(3)));

        Assert.Equal("watched_file", Assert.Single(_files.Readers).Name);
        Assert.Contains("192.0.2.5", kit.Ask("one.test."), StringComparison.Ordinal);
    }

    [Fact]
    public void A_near_miss_of_an_option_gets_a_hint()
        => Assert.EndsWith("; did you mean 'ttl'?", Assert.Single(Create("hosts {\n tttl 5\n}").Diagnostics.Warnings).ToString(), StringComparison.Ordinal);

    [Fact]
    public void The_default_files_absence_is_not_worth_a_word()
    {
        PluginKit kit = Create("hosts {\n 192.0.2.1 one.test\n}");

        Assert.Empty(kit.Log);
        Assert.Equal("NOERROR\nAnswer: one.test. 3600 A 192.0.2.1", kit.Ask("one.test."));
    }

    [Fact]
    public void Metrics_tell_the_number_of_entries_and_the_files_time()
    {
        _files["hosts"] = "192.0.2.5 one.test";
        PluginKit kit = Create("hosts hosts {\n reload 3s\n no_reverse\n 192.0.2.1 two.test\n}");
        kit.Resources.Start();
        Gauge entries = kit.Metrics.Gauges(
            "coredns_hosts_entries", "The combined number of entries in hosts and Corefile.", "hostsfile").With("hosts");
        Gauge time = kit.Metrics.Gauge("coredns_hosts_reload_timestamp_seconds", "The timestamp of the last reload of hosts file.");
        double before = time.Value;

        Assert.Equal(2, entries.Value);
        Assert.Equal((_files.GetStamp("hosts")!.Value.ModifiedUtc - DateTime.UnixEpoch).TotalSeconds, before);

        _files["hosts"] = "192.0.2.5 one.test three.test";
        kit.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(3, entries.Value);
        Assert.True(time.Value > before);
    }

    [Fact]
    public void A_missing_file_is_told_and_no_error()
    {
        _files["hosts"] = null;
        PluginKit kit = Create("hosts hosts");

        Assert.Equal("Warning: File does not exist: hosts", kit.Log.First());
        Assert.Equal("SERVFAIL", kit.Ask("one.test."));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told_once_and_tried_again()
    {
        PluginKit kit = Create("hosts hosts {\n reload 3s\n}");
        kit.Resources.Start();

        _files["hosts"] = "192.0.2.5 one.test";
        _files.IsReadable = false;
        kit.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Contains("192.0.2.1", kit.Ask("one.test."), StringComparison.Ordinal);
        Assert.Single(kit.Log, static line => line.StartsWith("Warning: File hosts cannot be read", StringComparison.Ordinal));

        _files.IsReadable = true;
        kit.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("NOERROR\nAnswer: one.test. 3600 A 192.0.2.5", kit.Ask("one.test."));
        kit.Resources.Dispose();
    }

    [Fact]
    public void Answering_allocates_nothing()
    {
        PluginKit kit = Create("hosts hosts");
        Query query = kit.Serve("one.test.");

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    [Theory]
    [InlineData("hosts a\n hosts b", "Corefile:3:2: duplicate 'hosts' in this server block (first at Corefile:2:1): expected once")]
    [InlineData("hosts {\n ttl 0\n}", "Corefile:3:6: invalid number '0' for ttl: expected 1 to 65535")]
    [InlineData("hosts {\n reload soon\n}", "Corefile:3:9: invalid duration 'soon' for reload: expected for example 5s or 1m30s")]
    [InlineData("hosts {\n fallthrough_unsupported\n}", "Corefile:2:1: 'fallthrough_unsupported' has no effect alone: write 'fallthrough' too")]
    public void Wrong_options_say_where_and_why(string text, string error) => Assert.Equal(error, Create(text).Errors);

    private PluginKit Create(string text) => new(new HostsPlugin(), text, files: _files);
}
