using ClusterDns.Core.Memory;
using ClusterDns.Server.Memory;

namespace ClusterDns.Tests.Memory;

/// <summary>Whole trees of /proc and cgroup files, as kernels and container runtimes show them.</summary>
public sealed class MemoryLimitTests
{
    private const string MemInfo = "MemTotal:       16384000 kB\nMemFree:        1000 kB\n";
    private const long Physical = 16384000L * 1024;
    private const string V2Mount = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
    private const string V1Mount = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:15 - cgroup cgroup rw,memory\n";
    private const string V1NoLimit = "9223372036854771712\n";

    [Fact]
    public void Without_cgroups_the_limit_is_the_physical_memory()
        => Assert.Equal(Physical, Read(("/proc/meminfo", MemInfo)));

    [Fact]
    public void Without_proc_there_is_no_limit()
        => Assert.Equal(MemoryBudget.Unlimited, Read());

    [Fact]
    public void Version_2_limit_is_read()
        => Assert.Equal(178257920, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "0::/kubepods/pod1/c1\n"),
            ("/proc/self/mountinfo", V2Mount),
            ("/sys/fs/cgroup/kubepods/pod1/c1/memory.max", "178257920\n")));

    [Fact]
    public void Max_means_no_limit()
        => Assert.Equal(Physical, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "0::/a\n"),
            ("/proc/self/mountinfo", V2Mount),
            ("/sys/fs/cgroup/a/memory.max", "max\n")));

    [Fact]
    public void Lowest_of_all_ancestors_counts()
        => Assert.Equal(100, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "0::/kubepods/pod1/c1\n"),
            ("/proc/self/mountinfo", V2Mount),
            ("/sys/fs/cgroup/kubepods/pod1/c1/memory.max", "max\n"),
            ("/sys/fs/cgroup/kubepods/pod1/memory.max", "100\n"),
            ("/sys/fs/cgroup/kubepods/memory.max", "200\n")));

    [Fact]
    public void Cgroup_namespace_shows_the_limit_at_the_mount_point()
        => Assert.Equal(300, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "0::/\n"),
            ("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n"),
            ("/sys/fs/cgroup/memory.max", "300\n")));

    [Theory]
    [InlineData("/../../c1", "/../..")]
    [InlineData("/../c2", "/")]
    public void Process_outside_its_cgroup_namespace_takes_what_is_mounted(string path, string root)
        => Assert.Equal(300, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", $"0::{path}\n"),
            ("/proc/self/mountinfo", $"31 23 0:28 {root} /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n"),
            ("/sys/fs/cgroup/memory.max", "300\n")));

    [Fact]
    public void Version_1_limit_is_read()
        => Assert.Equal(178257920, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/hostile\n0::/\n"),
            ("/proc/self/mountinfo", "33 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" + V1Mount),
            ("/sys/fs/cgroup/memory/hostile/memory.limit_in_bytes", "178257920\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", V1NoLimit)));

    [Fact]
    public void Version_1_without_a_limit_leaves_the_physical_memory()
        => Assert.Equal(Physical, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "4:memory:/\n"),
            ("/proc/self/mountinfo", V1Mount),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", V1NoLimit)));

    [Fact]
    public void Version_1_tells_the_limit_of_hidden_ancestors()
        => Assert.Equal(555, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "4:memory:/docker/abc\n"),
            ("/proc/self/mountinfo", "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", V1NoLimit),
            ("/sys/fs/cgroup/memory/memory.stat", "cache 0\nhierarchical_memory_limit 555\ntotal_cache 0\n")));

    [Fact]
    public void Mount_of_the_container_alone_is_the_containers_cgroup()
        => Assert.Equal(400, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "4:memory:/docker/abc\n"),
            ("/proc/self/mountinfo", "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "400\n")));

    [Fact]
    public void Nested_cgroup_of_a_mounted_subtree_is_found_below_it()
        => Assert.Equal(50, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "4:memory:/docker/abc/inner\n"),
            ("/proc/self/mountinfo", "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"),
            ("/sys/fs/cgroup/memory/inner/memory.limit_in_bytes", "50\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "400\n")));

    [Fact]
    public void Hybrid_system_takes_the_controller_that_has_a_limit()
        => Assert.Equal(178257920, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "4:memory:/pod\n0::/pod\n"),
            ("/proc/self/mountinfo", V1Mount + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"),
            ("/sys/fs/cgroup/memory/pod/memory.limit_in_bytes", "178257920\n")));

    [Fact]
    public void Escaped_mount_point_is_read()
        => Assert.Equal(7, Read(
            ("/proc/meminfo", MemInfo),
            ("/proc/self/cgroup", "0::/a\n"),
            ("/proc/self/mountinfo", "31 23 0:28 / /my\\040cgroups rw - cgroup2 cgroup2 rw\n"),
            ("/my cgroups/a/memory.max", "7\n")));

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("4:memory")]
    [InlineData("0::relative")]
    public void Malformed_files_leave_the_physical_memory(string cgroups)
        => Assert.Equal(Physical, Read(("/proc/meminfo", MemInfo), ("/proc/self/cgroup", cgroups), ("/proc/self/mountinfo", "1 2 3\n - cgroup2\n")));

    [Fact]
    public void Files_of_this_system_can_be_read()
        => Assert.InRange(new MemoryLimit(SystemText.Read).Read(), 1024 * 1024, MemoryBudget.Unlimited);

    private static long Read(params (string Path, string Text)[] files)
        => new MemoryLimit(path => Array.Find(files, file => string.Equals(file.Path, path, StringComparison.Ordinal)).Text).Read();
}
