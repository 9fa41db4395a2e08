using ClusterDns.Core.Resources;

namespace ClusterDns.Core.Tests.Resources;

public class SharedResourcesTests
{
    private readonly SharedResources _resources = new();

    [Fact]
    public void ANewScopeTakesOverWhatAnOldOneMadeUnderAnEqualKey()
    {
        ResourceScope old = _resources.CreateScope();
        ResourceScope next = _resources.CreateScope();
        Resource first = old.Get(("a", 1), static () => new Resource());

        Assert.Same(first, next.Get(("a", 1), static () => new Resource()));
        Assert.NotSame(first, next.Get(("a", 2), static () => new Resource()));
        Assert.Equal(2, _resources.Count);
    }

    [Fact]
    public void AResourceEndsWhenNobodyHasIt()
    {
        ResourceScope old = _resources.CreateScope();
        ResourceScope next = _resources.CreateScope();
        Resource resource = old.Get("key", static () => new Resource());
        next.Get("key", static () => new Resource());

        old.Dispose();
        Assert.Equal(0, resource.Ends);
        next.Dispose();
        Assert.Equal(1, resource.Ends);
        Assert.Equal(0, _resources.Count);

        Assert.NotSame(resource, _resources.CreateScope().Get("key", static () => new Resource()));
    }

    [Fact]
    public void AScopeThatAsksTwiceHasItOnce()
    {
        ResourceScope scope = _resources.CreateScope();
        Resource resource = scope.Get("key", static () => new Resource());
        Assert.Same(resource, scope.Get("key", static () => new Resource()));

        scope.Dispose();
        scope.Dispose();

        Assert.Equal(1, resource.Ends);
    }

    [Fact]
    public void WorkBeginsOnce()
    {
        ResourceScope old = _resources.CreateScope();
        Resource resource = old.Get("key", static () => new Resource());
        Assert.Equal(0, resource.Starts);
        old.Start();
        ResourceScope next = _resources.CreateScope();
        next.Get("key", static () => new Resource());

        next.Start();

        Assert.Equal(1, resource.Starts);
    }

    [Fact]
    public void TypesDoNotMeet()
    {
        ResourceScope scope = _resources.CreateScope();

        Assert.IsType<Resource>(scope.Get("key", static () => new Resource()));
        Assert.IsType<List<int>>(scope.Get("key", static () => new List<int>()));
        scope.Start();
        scope.Dispose();
    }

    [Fact]
    public void WhatCannotBeMadeIsNotKept()
    {
        ResourceScope scope = _resources.CreateScope();

        Assert.Throws<IOException>(() => scope.Get<Resource>("key", static () => throw new IOException()));
        Assert.Equal(0, _resources.Count);
        scope.Get("key", static () => new Resource());
    }

    private sealed class Resource : ISharedResource
    {
        public int Starts { get; private set; }

        public int Ends { get; private set; }

        public void Start() => Starts++;

        public void Dispose() => Ends++;
    }
}
