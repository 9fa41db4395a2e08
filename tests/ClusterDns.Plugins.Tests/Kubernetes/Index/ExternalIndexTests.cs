using System.Net;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using Microsoft.Extensions.Time.Testing;
using static ClusterDns.Plugins.Tests.Kubernetes.Index.ClusterObjectsKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Index;

/// <summary>How the index keeps what clients outside reach.</summary>
public sealed class ExternalIndexTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_000_000));
    private readonly ClusterIndex _index = new();
    private readonly ClusterIndexWriter _writer;

    public ExternalIndexTests() => _writer = new ClusterIndexWriter(_index, _time, ClusterKinds.Service);

    [Fact]
    public void A_service_that_nobody_outside_reaches_has_nothing_of_it()
    {
        _writer.Apply(Service("web", "10.0.0.1"));

        Assert.Null(Find()!.External);
        Assert.Equal("", Owners("10.0.0.1"));
    }

    [Fact]
    public void Addresses_outside_are_found_and_are_not_the_services_own()
    {
        _writer.Apply(Service("web", "10.0.0.1") with { ExternalAddresses = [IPAddress.Parse("203.0.113.1"), IPAddress.Parse("2001:db8::1")] });
        _writer.Apply(Service("other", "10.0.0.2") with { ExternalAddresses = [IPAddress.Parse("203.0.113.1")] });

        Assert.Equal("other web", Owners("203.0.113.1"));
        Assert.Equal("web", Owners("2001:db8::1"));
        Assert.Equal("", ClusterObjectsKit.Owners(_index, "203.0.113.1"));
        Assert.Equal("web.ns.", ClusterObjectsKit.Owners(_index, "10.0.0.1"));
    }

    [Fact]
    public void A_change_outside_is_a_change()
    {
        ServiceObject service = Service("web", "10.0.0.1") with { ExternalAddresses = [IPAddress.Parse("203.0.113.1")] };
        _writer.Apply(service);
        _time.Advance(TimeSpan.FromSeconds(1));
        _writer.Apply(service with { ExternalAddresses = [IPAddress.Parse("203.0.113.1")] });
        Assert.Equal(1_000_000u, _index.LastChange);

        _writer.Apply(service with { ExternalAddresses = [IPAddress.Parse("203.0.113.2")] });
        Assert.Equal(1_000_001u, _index.LastChange);
        Assert.Equal("", Owners("203.0.113.1"));
        Assert.Equal("web", Owners("203.0.113.2"));

        _time.Advance(TimeSpan.FromSeconds(1));
        _writer.Apply(service with { ExternalAddresses = [IPAddress.Parse("203.0.113.2")], ExternalHostnames = ["lb.example.net"] });
        Assert.Equal(1_000_002u, _index.LastChange);
        _time.Advance(TimeSpan.FromSeconds(1));
        _writer.Apply(service with { ExternalAddresses = [IPAddress.Parse("203.0.113.2")], ExternalHostnames = ["other.example.net"] });
        Assert.Equal(1_000_003u, _index.LastChange);

        _writer.RemoveService(service.Key);
        Assert.Equal("", Owners("203.0.113.2"));
        Assert.Equal(0, _index.ExternalAddresses.Count);
    }

    [Fact]
    public void A_hostname_that_is_no_name_is_left_out()
    {
        _writer.Apply(Service("web", "10.0.0.1") with { ExternalHostnames = ["a..b", "lb.example.net"] });
        Assert.Single(Find()!.External!.Hostnames);

        _writer.Apply(Service("web", "10.0.0.1") with { ExternalHostnames = ["a..b"] });
        Assert.Null(Find()!.External);
    }

    private ServicePart? Find() => _index.FindService(EntryBuilder.CreateServiceKey("ns", "web"))?.Service;

    private string Owners(string address)
    {
        byte[] key = new byte[16];
        EntryBuilder.WriteAddressKey(IPAddress.Parse(address).GetAddressBytes(), key);
        return string.Join(' ', (_index.FindExternalAddress(key)?.Services ?? [])
            .Select(static service => System.Text.Encoding.ASCII.GetString(service.AsSpan(1, service[0])))
            .Order(StringComparer.Ordinal));
    }
}
