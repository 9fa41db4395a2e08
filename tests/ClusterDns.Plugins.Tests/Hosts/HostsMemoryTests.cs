using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Hosts;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Hosts;

/// <summary>Hosts files within the memory budget.</summary>
public sealed class HostsMemoryTests
{
    private const int MiB = 1024 * 1024;
    private const string Block = "hosts hosts {\n reload 1s\n fallthrough\n}";

    private readonly FakeFiles _files = new() { ["hosts"] = "10.0.0.1 one.test\n" };

    [Fact]
    public void File_that_does_not_fit_keeps_the_old_entries_and_says_so_once()
    {
        MemoryBudget memory = new(MemoryTable.Rules, MemoryTable.BaseBytes + (8 * MiB), new MetricRegistry());
        PluginKit kit = new(new HostsPlugin(), Block, files: _files, memory: memory);
        kit.Resources.Start();
        long before = memory[MemoryTable.Files].Used;

        _files["hosts"] = BlockList(300_000);
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        kit.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("10.0.0.1", kit.Ask("one.test."), StringComparison.Ordinal);
        string line = Assert.Single(kit.Log, static line => line.StartsWith("Warning: File hosts", StringComparison.Ordinal));
        Assert.Contains("raise the memory limit", line, StringComparison.Ordinal);
        Assert.Equal(before, memory[MemoryTable.Files].Used);

        _files["hosts"] = "10.0.0.2 one.test\n";
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("10.0.0.2", kit.Ask("one.test."), StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_does_not_fit_is_parsed_again_only_when_it_changes_or_memory_allows_it()
    {
        MemoryBudget memory = new(MemoryTable.Rules, MemoryTable.BaseBytes + (8 * MiB), new MetricRegistry());
        PluginKit kit = new(new HostsPlugin(), Block, files: _files, memory: memory);
        kit.Resources.Start();
        _files["hosts"] = BlockList(300_000);
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        long refused = memory[MemoryTable.Files].Refused;
        int opened = _files.Reads.Count;

        kit.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(opened, _files.Reads.Count);
        Assert.Equal(refused, memory[MemoryTable.Files].Refused);

        memory.SetLimit(170 * MiB);
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("0.0.0.0", kit.Ask("ad299999.block.example."), StringComparison.Ordinal);
    }

    [Fact]
    public void Table_is_counted_until_the_configuration_is_gone()
    {
        MemoryBudget memory = MemoryBudget.CreateUnlimited();
        PluginKit kit = new(new HostsPlugin(), Block, files: _files, memory: memory);
        Assert.True(memory[MemoryTable.Files].Used > 0);

        kit.Resources.Dispose();

        Assert.Equal(0, memory[MemoryTable.Files].Used);
    }

    [Fact]
    public void Six_hundred_thousand_names_of_a_block_list_fit_in_170_MiB()
    {
        MemoryBudget memory = new(MemoryTable.Rules, 170 * MiB, new MetricRegistry());

        HostsTable table = Read(BlockList(600_000), memory, out long reserved);

        Assert.Equal(0, table.FindName(Wire("ad599999.block.example."))!.IPv4[0][0]);
        Assert.True(reserved < 48 * MiB, $"{reserved} bytes");
        Assert.True(reserved >= table.Bytes);
    }

    [Fact]
    public void Name_with_several_addresses_does_not_change_names_that_share_its_first()
    {
        HostsTable table = Read("0.0.0.0 a.test b.test\n10.0.0.1 a.test\n::1 a.test\n10.0.0.1 a.test\n", MemoryBudget.CreateUnlimited(), out _);

        Assert.Equal(2, table.FindName(Wire("a.test."))!.IPv4.Count);
        Assert.Single(table.FindName(Wire("a.test."))!.IPv6);
        Assert.Single(table.FindName(Wire("b.test."))!.IPv4);
        Assert.Empty(table.FindName(Wire("b.test."))!.IPv6);
    }

    [Theory]
    [InlineData("10.0.0.1 a.test\r\n10.0.0.1 b.test")]
    [InlineData("10.0.0.1 a.test b.test # c.test")]
    [InlineData("\t10.0.0.1   a.test\n#10.0.0.9 a.test\n10.0.0.1\tb.test\n\n")]
    [InlineData("10.0.0.1 A.TEST bad..name\nnonsense a.test\n10.0.0.1%eth0 b.test\n")]
    public void Lines_are_read_in_every_form(string text)
    {
        HostsTable table = Read(text, MemoryBudget.CreateUnlimited(), out _);

        Assert.Equal([10, 0, 0, 1], Assert.Single(table.FindName(Wire("a.test."))!.IPv4));
        Assert.Equal([10, 0, 0, 1], Assert.Single(table.FindName(Wire("b.test."))!.IPv4));
        Assert.Null(table.FindName(Wire("c.test.")));
    }

    [Fact]
    public void Line_longer_than_the_buffer_is_read_and_one_without_end_is_skipped()
    {
        string many = string.Join(' ', Enumerable.Range(0, 5000).Select(static i => $"n{i}.test"));
        string endless = new('x', (2 * HostsReader.MaxLine) + 5);

        HostsTable table = Read($"10.0.0.1 {many}\n10.0.0.2 {endless} skipped.test\n10.0.0.3 last.test", MemoryBudget.CreateUnlimited(), out _);

        Assert.NotNull(table.FindName(Wire("n0.test.")));
        Assert.NotNull(table.FindName(Wire("n4999.test.")));
        Assert.Null(table.FindName(Wire("skipped.test.")));
        Assert.Equal([10, 0, 0, 3], Assert.Single(table.FindName(Wire("last.test."))!.IPv4));
    }

    [Fact]
    public void File_longer_than_the_bound_is_refused_and_returns_its_memory()
    {
        MemoryBudget memory = MemoryBudget.CreateUnlimited();
        using MemoryStream file = new(Encoding.UTF8.GetBytes(BlockList(10_000)));

        Assert.Throws<FileTooLongException>(() => new HostsReader(Everything(), reverse: true).Read(file, memory[MemoryTable.Files], 1000, out _));

        Assert.Equal(0, memory[MemoryTable.Files].Used);
    }

    private static HostsTable Read(string text, MemoryBudget memory, out long reserved)
    {
        using MemoryStream file = new(Encoding.UTF8.GetBytes(text));
        return new HostsReader(Everything(), reverse: true).Read(file, memory[MemoryTable.Files], HostsFile.MaxLength, out reserved);
    }

    private static ZoneSet Everything()
    {
        Assert.True(ZoneParser.TryParse(".", out IReadOnlyList<Zone> zones, out _));
        return new ZoneSet(zones);
    }

    private static string BlockList(int names)
    {
        StringBuilder text = new();
        for (int i = 0; i < names; i++)
        {
            text.Append("0.0.0.0 ad").Append(i).Append(".block.example\n");
        }

        return text.ToString();
    }

    private static byte[] Wire(string name)
    {
        byte[] wire = new byte[DomainName.MaxWireLength];
        Assert.True(DomainName.TryParse(name, wire, out int length));
        return wire[..length];
    }
}
