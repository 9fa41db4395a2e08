using System.Globalization;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;
using ClusterDns.Plugins.Kubernetes.Api.Watching;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

public sealed class ListPagesTests
{
    [Fact]
    public void A_list_may_have_as_many_pages_as_any_cluster_needs_and_no_more()
    {
        ListPages pages = new();
        for (int page = 1; page < ListPages.MaxPages; page++)
        {
            Assert.Null(pages.Add(new ListHead("5", page.ToString(CultureInfo.InvariantCulture)), items: 1));
        }

        Assert.Equal("the list does not end: more than 10000 pages or 5000000 items", pages.Add(new ListHead("5", "last"), items: 1));
    }

    [Fact]
    public void Items_are_bounded_whatever_the_number_of_pages()
    {
        ListPages pages = new();

        Assert.Null(pages.Add(new ListHead("5", "a"), ListReader.MaxItems));
        Assert.NotNull(pages.Add(new ListHead("5", "b"), items: 1));
    }

    [Fact]
    public void A_continue_that_comes_again_later_ends_the_list()
    {
        ListPages pages = new();

        Assert.Null(pages.Add(new ListHead("5", "a"), items: 1));
        Assert.Null(pages.Add(new ListHead("5", "b"), items: 1));
        Assert.Equal("the list does not end: the server returned the same 'continue' token again", pages.Add(new ListHead("5", "a"), items: 1));
        Assert.Null(pages.Add(new ListHead("5", ""), items: 1));
    }
}
