using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Server.Serving;
using ClusterDns.TestKit;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Expressions;

public sealed class ViewPluginTests
{
    private const string Rest = "example.org {\n template ANY ANY {\n rcode NXDOMAIN\n }\n}\n";

    [Theory]
    [InlineData("expr type() == 'A'", "NOERROR")]
    [InlineData("expr type() == 'MX'", "NXDOMAIN")]
    [InlineData("expr type() == 'A'\n expr name() == 'www.example.org.'", "NOERROR")]
    [InlineData("expr type() == 'A'\n expr name() == 'other.example.org.'", "NXDOMAIN")]
    [InlineData("expr incidr(client_ip(), '127.0.0.0/8') and proto() == 'udp' and port() == '5300'", "NOERROR")]
    [InlineData("expr incidr(server_ip(), '127.0.0.0/8') and not incidr(client_ip(), '10.0.0.0/8')", "NOERROR")]
    [InlineData("expr incidr('192.0.2.1', '192.0.2.0/24') and incidr('::ffff:192.0.2.1', '192.0.2.0/24')", "NOERROR")]
    [InlineData("expr incidr(client_ip(), '127.0.0.' + '0/8')", "NOERROR")]
    [InlineData("expr incidr(client_ip(), split('127.0.0.0/8 x', ' ')[size() - size()])", "NOERROR")]
    [InlineData("expr incidr(client_ip(), '2001:db8::/32')", "NXDOMAIN")]
    [InlineData("expr \"any(['10.0.0.0/8', '127.0.0.0/8'], incidr(client_ip(), #))\"", "NOERROR")]
    [InlineData("expr bufsize() == 512 and not do() and class() == 'IN' and id() == 1 and opcode() == 0 and size() == 33", "NOERROR")]
    [InlineData("expr incidr(name(), '10.0.0.0/8') or true", "NXDOMAIN")]
    [InlineData("expr metadata('view/name') == ''", "NOERROR")]
    [InlineData("expr fromJSON('true')", "NOERROR")]
    [InlineData("expr fromJSON('1')", "NXDOMAIN")]
    [InlineData("", "NOERROR")]
    public void A_block_takes_the_queries_for_which_all_expressions_are_true(string conditions, string code)
        => Assert.StartsWith(code, new ServerKit(Views(conditions)).Ask("www.example.org."), StringComparison.Ordinal);

    [Fact]
    public void Metadata_can_be_asked_where_the_block_attaches_it()
        => Assert.StartsWith("NOERROR", new ServerKit(Views("expr metadata('view/name') == 'one'\n }\n metadata {")).Ask("www.example.org."), StringComparison.Ordinal);

    [Fact]
    public void Now_is_the_servers_time()
    {
        ServerKit kit = new(Views("expr now() < date('2000-01-01T01:00:00Z')"));
        Assert.StartsWith("NOERROR", kit.Ask("www.example.org."), StringComparison.Ordinal);

        kit.Time.Advance(TimeSpan.FromHours(2));

        Assert.StartsWith("NXDOMAIN", kit.Ask("www.example.org."), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.org {\n view\n}", "Corefile:2:2: missing argument of 'view': expected 'view NAME'")]
    [InlineData("example.org {\n view a b\n}", "Corefile:2:9: unexpected 'b' after 'view': expected 'view NAME'")]
    [InlineData("example.org {\n view a {\n exrp true\n }\n}", "Corefile:3:2: unknown option 'exrp' of view: expected expr; did you mean 'expr'?")]
    [InlineData("example.org {\n view a {\n expr\n }\n}", "Corefile:3:2: missing expression of 'expr': expected for example type() == 'A'")]
    [InlineData("example.org {\n view a {\n expr type() == 'A' and nmae() == 'b'\n }\n}", "Corefile:3:25: invalid expression, at character 19: unknown function 'nmae': did you mean 'name'?")]
    [InlineData("example.org {\n view a {\n expr \"type() == 'A' and nmae() == 'b'\"\n }\n}", "Corefile:3:7: invalid expression, at character 19: unknown function 'nmae': did you mean 'name'?")]
    [InlineData("example.org {\n view a {\n expr type() ==\n }\n}", "Corefile:3:16: invalid expression, at character 10: unexpected end of the expression: expected a value")]
    [InlineData("example.org {\n view a {\n expr bufsize() > '512'\n }\n}", "Corefile:3:17: invalid expression, at character 11: '>' between int and string: two numbers, strings, times or durations are accepted")]
    public void A_mistake_is_an_error_at_its_place(string corefile, string error) => Assert.Equal(error, Assert.Single(ServerKit.FindErrors(corefile)));

    [Theory]
    [InlineData("expr 1 + 1", "Corefile:3:7: the expression is of type int, so the view gets no query: a bool is expected")]
    [InlineData("expr true and incidr(client_ip(), '10.0.0.0/33')", "Corefile:3:16: this expression always fails, at character 10: invalid CIDR '10.0.0.0/33': expected for example 10.0.0.0/8 or 2001:db8::/32")]
    [InlineData("expr incidr('10.0.0', client_ip())", "Corefile:3:7: this expression always fails, at character 1: invalid IP address '10.0.0': expected for example 192.0.2.1 or 2001:db8::1")]
    public void What_can_never_be_true_is_a_warning(string condition, string warning)
    {
        ServerKit kit = new(Views(condition));

        Assert.Equal(warning, Assert.Single(kit.Diagnostics.Warnings).ToString());
        Assert.StartsWith("NXDOMAIN", kit.Ask("www.example.org."), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("expr incidr(client_ip(), '127.0.0.0/8') and not incidr(client_ip(), '10.0.0.0/8')")]
    [InlineData("expr type() in ['A', 'AAAA'] and class() == 'IN' and proto() == 'udp'")]
    [InlineData("expr name() matches '^www\\\\..*\\\\.org\\\\.$' and name() endsWith '.org.' and name() != 'example.org.'")]
    [InlineData("expr client_ip() == '127.0.0.1' and server_port() != '54' and bufsize() <= 1232 and not do()")]
    [InlineData("expr metadata('view/name') in ['', 'one'] and id() in 0..65535")]
    public void Usual_conditions_allocate_nothing(string conditions)
    {
        IQueryPipeline pipeline = InMemoryServer.Build(Views(conditions), new MetricRegistry());
        Exchange exchange = new();
        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        byte[] message = new byte[64];
        int length = ServerKit.WriteQuery(message, "www.example.org.", RecordType.A);
        bool isTrue = true;

        Assert.Equal(0, Allocations.Count(() =>
        {
            message.CopyTo(exchange.RequestBuffer, 0);
            ValueTask<bool> task = pipeline.HandleAsync(exchange, length, TransportProtocol.Udp, in client, in client, null);
            isTrue &= task.IsCompletedSuccessfully && task.Result && exchange.Query.Response.Code == ResponseCode.NoError;
            exchange.Reset();
        }));
        Assert.True(isTrue);
    }

    private static string Views(string conditions)
        => $"example.org {{\n view one {{\n {conditions}\n }}\n template ANY ANY {{\n rcode NOERROR\n }}\n}}\n{Rest}";
}
