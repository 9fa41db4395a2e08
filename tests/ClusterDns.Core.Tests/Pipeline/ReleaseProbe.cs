using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>Shows when a query is reset, whoever uses it afterwards.</summary>
internal sealed class ReleaseProbe : QueryResource
{
    private ReleaseProbe()
    {
    }

    public bool IsReleased { get; private set; }

    public static ReleaseProbe On(Query query)
    {
        ReleaseProbe probe = new();
        query.Hold(probe);
        return probe;
    }

    public override void Release()
    {
        Assert.False(IsReleased);
        IsReleased = true;
    }
}
