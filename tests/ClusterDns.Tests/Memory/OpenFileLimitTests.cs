using System.Diagnostics;
using System.Globalization;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Memory;

namespace ClusterDns.Tests.Memory;

/// <summary>The limit is the whole process's, so it is only ever lowered to half of what the system allows, which no test needs.</summary>
public sealed class OpenFileLimitTests
{
    [Fact]
    public void Soft_limit_is_raised_and_children_get_the_original()
    {
        ulong hard = Lower(static hard => hard / 2);
        OpenFileLimit limit = new();

        Assert.Null(limit.Raise());
        Assert.Equal((long)hard, limit.Current);
        Assert.Equal(hard, Get().Soft);

        string seen = "";
        using Process child = Shell();
        limit.WithOriginal(() => child.Start());
        seen = child.StandardOutput.ReadToEnd().Trim();
        child.WaitForExit();

        Assert.Equal((hard / 2).ToString(CultureInfo.InvariantCulture), seen);
        Assert.Equal(hard, Get().Soft);
    }

    [Fact]
    public void Limit_is_raised_again_when_the_child_cannot_be_started()
    {
        ulong hard = Lower(static hard => hard / 2);
        OpenFileLimit limit = new();
        limit.Raise();

        Assert.Throws<InvalidOperationException>(() => limit.WithOriginal(static () => throw new InvalidOperationException()));

        Assert.Equal(hard, Get().Soft);
    }

    private static Process Shell() => new()
    {
        StartInfo = new ProcessStartInfo("/bin/sh", ["-c", "ulimit -Sn"]) { RedirectStandardOutput = true, UseShellExecute = false },
    };

    private static unsafe ResourceLimit Get()
    {
        ResourceLimit limit;
        Assert.Equal(0, ResourceLimitCalls.Get(ResourceLimitCalls.OpenFiles, &limit));
        return limit;
    }

    private static unsafe ulong Lower(Func<ulong, ulong> change)
    {
        ResourceLimit limit = Get();
        ulong hard = limit.Hard;
        limit.Soft = change(hard);
        Assert.Equal(0, ResourceLimitCalls.Set(ResourceLimitCalls.OpenFiles, &limit));
        return hard;
    }
}
