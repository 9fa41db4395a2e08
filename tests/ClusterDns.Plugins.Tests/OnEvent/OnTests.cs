using ClusterDns.Plugins.OnEvent;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.OnEvent;

public sealed class OnTests
{
    [Theory]
    [InlineData("on startup /bin/true")]
    [InlineData("on shutdown echo bye &\non startup echo hello")]
    public void Directive_is_rejected_with_what_to_use_instead(string text)
        => Assert.Equal(
            "Corefile:2:1: 'on' is not supported, because the server does not run commands: use an init container, a lifecycle hook of the container, or the service manager",
            new PluginKit(new OnPlugin(), text).Errors);
}
