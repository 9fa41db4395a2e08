using Microsoft.AspNetCore.Http;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>What was asked of the fake server.</summary>
internal sealed record FakeRequest(string Path, IQueryCollection Query, string Authorization, string Protocol, string? ClientCertificate, string Accept)
{
    public bool IsWatch => Query.ContainsKey("watch");

    public bool IsList => !IsWatch;

    /// <summary>Whether it asks only whether what is held still counts.</summary>
    public bool IsProbe => Query["limit"] == "1";
}

/// <summary>What the fake server says instead of what it would.</summary>
internal sealed record FakeResponse(int Code, string Body = "", string? RetryAfter = null);
