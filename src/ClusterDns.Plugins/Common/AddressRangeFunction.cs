using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Expressions;

namespace ClusterDns.Plugins.Common;

/// <summary>
/// <c>incidr(ip, cidr)</c>: whether an address is one of a range. A constant range is parsed at start, and the address of the client or the
/// server is compared without its text.
/// </summary>
internal static class AddressRangeFunction
{
    /// <summary>Adds it to an environment.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="query">Finds the query of a context.</param>
    /// <typeparam name="T">What expressions are evaluated for.</typeparam>
    public static void Add<T>(ExpressionEnvironment<T> environment, Func<T, Query> query)
        where T : class
        => environment.AddFunction("incidr", ExpressionType.Boolean, [ExpressionType.Text, ExpressionType.Text], Compare, arguments => Prepare(arguments, query));

    private static void Compare<T>(ref FunctionCall<T> call)
        where T : class
    {
        if (Subnet.TryParse(call[1].Text, out Subnet subnet))
        {
            Compare(ref call, subnet);
        }
        else
        {
            call.Fail("incidr with an invalid CIDR");
        }
    }

    private static void Compare<T>(ref FunctionCall<T> call, Subnet subnet)
        where T : class
    {
        if (AddressText.TryParse(call[0].Text, out IPAddress? address))
        {
            call.Return(subnet.Contains(BitsOf(address)));
        }
        else
        {
            call.Fail("incidr with an invalid IP address");
        }
    }

    private static SpecializedFunction<T>? Prepare<T>(IReadOnlyList<FunctionArgument> arguments, Func<T, Query> query)
        where T : class
    {
        if (arguments[0].ConstantText is { } ip && !AddressText.TryParse(ip, out _))
        {
            return new SpecializedFunction<T>(null) { Warning = $"invalid IP address '{ip}': expected for example 192.0.2.1 or 2001:db8::1" };
        }

        if (arguments[1].ConstantText is not { } range)
        {
            return null;
        }

        if (!Subnet.TryParse(range, out Subnet subnet))
        {
            return new SpecializedFunction<T>(null) { Warning = $"invalid CIDR '{range}': expected for example 10.0.0.0/8 or 2001:db8::/32" };
        }

        return arguments[0].Call switch
        {
            "client_ip" => new SpecializedFunction<T>((ref FunctionCall<T> call) => call.Return(subnet.Contains(query(call.Context).Remote.AddressBits))) { TakesArguments = false },
            "server_ip" => new SpecializedFunction<T>((ref FunctionCall<T> call) => call.Return(subnet.Contains(query(call.Context).Local.AddressBits))) { TakesArguments = false },
            _ => new SpecializedFunction<T>((ref FunctionCall<T> call) => Compare(ref call, subnet)),
        };
    }

    private static UInt128 BitsOf(IPAddress address) => NetworkEndpoint.From(new IPEndPoint(address, 0)).AddressBits;
}
