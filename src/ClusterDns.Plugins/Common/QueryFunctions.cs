using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Expressions;

namespace ClusterDns.Plugins.Common;

/// <summary>The functions that expressions have to ask about a query. None allocates, but for metadata of which the name is not constant.</summary>
internal static class QueryFunctions
{
    /// <summary>What <c>bufsize</c> is for queries over a stream.</summary>
    private const int StreamSize = ushort.MaxValue;

    /// <summary>What <c>bufsize</c> is at least (RFC 6891 section 6.2.3).</summary>
    private const int LeastSize = 512;

    /// <summary>Makes an environment with all of them.</summary>
    /// <param name="query">Finds the query of a context.</param>
    /// <typeparam name="T">What expressions are evaluated for.</typeparam>
    public static ExpressionEnvironment<T> CreateEnvironment<T>(Func<T, Query> query)
        where T : class
    {
        // The clock is the configuration's: it is known when the plugin is built (Expression.WithClock).
        ExpressionEnvironment<T> environment = new(TimeProvider.System);
        environment
            .AddFunction("bufsize", ExpressionType.Integer, [], (ref FunctionCall<T> call) => call.Return(SizeOf(query(call.Context))))
            .AddFunction("class", ExpressionType.Text, [], (ref FunctionCall<T> call) => call.Return(RecordClasses.ToText(query(call.Context).Class)))
            .AddFunction("client_ip", ExpressionType.Text, [], (ref FunctionCall<T> call) => ReturnAddress(ref call, query(call.Context).Remote))
            .AddFunction("do", ExpressionType.Boolean, [], (ref FunctionCall<T> call) => call.Return(query(call.Context).DnssecOk))
            .AddFunction("id", ExpressionType.Integer, [], (ref FunctionCall<T> call) => call.Return(query(call.Context).Header.Id))
            .AddFunction("name", ExpressionType.Text, [], (ref FunctionCall<T> call) => ReturnName(ref call, query(call.Context)))
            .AddFunction("opcode", ExpressionType.Integer, [], (ref FunctionCall<T> call) => call.Return((long)query(call.Context).Header.Opcode))
            .AddFunction("port", ExpressionType.Text, [], (ref FunctionCall<T> call) => ReturnPort(ref call, query(call.Context).Remote))
            .AddFunction("proto", ExpressionType.Text, [], (ref FunctionCall<T> call) => call.Return(query(call.Context).Transport == TransportProtocol.Udp ? "udp" : "tcp"))
            .AddFunction("server_ip", ExpressionType.Text, [], (ref FunctionCall<T> call) => ReturnAddress(ref call, query(call.Context).Local))
            .AddFunction("server_port", ExpressionType.Text, [], (ref FunctionCall<T> call) => ReturnPort(ref call, query(call.Context).Local))
            .AddFunction("size", ExpressionType.Integer, [], (ref FunctionCall<T> call) => call.Return(query(call.Context).ReceivedLength))
            .AddFunction("type", ExpressionType.Text, [], (ref FunctionCall<T> call) => call.Return(RecordTypes.ToText(query(call.Context).Type)))
            .AddFunction(
                "metadata",
                ExpressionType.Text,
                [ExpressionType.Text],
                (ref FunctionCall<T> call) => call.Return(query(call.Context).GetMetadata(call[0].Text.ToString()) ?? ""),
                arguments => arguments[0].ConstantText is { } name
                    ? new SpecializedFunction<T>((ref FunctionCall<T> call) => call.Return(query(call.Context).GetMetadata(name) ?? "")) { TakesArguments = false }
                    : null);
        AddressRangeFunction.Add(environment, query);
        return environment;
    }

    private static int SizeOf(Query query)
        => query.Transport != TransportProtocol.Udp ? StreamSize : query.Edns.Present ? Math.Max(LeastSize, (int)query.UdpSize) : LeastSize;

    private static void ReturnName<T>(scoped ref FunctionCall<T> call, Query query)
        where T : class
    {
        Span<byte> bytes = stackalloc byte[DomainName.MaxTextLength];
        DomainName.TryWriteText(query.Name, bytes, out int length);
        ReturnAscii(ref call, bytes[..length]);
    }

    private static void ReturnAddress<T>(scoped ref FunctionCall<T> call, NetworkEndpoint endpoint)
        where T : class
    {
        Span<byte> bytes = stackalloc byte[NetworkEndpoint.MaxTextLength];
        endpoint.TryFormatAddress(bytes, out int length);
        ReturnAscii(ref call, bytes[..length]);
    }

    private static void ReturnPort<T>(scoped ref FunctionCall<T> call, NetworkEndpoint endpoint)
        where T : class
    {
        Span<byte> bytes = stackalloc byte[NetworkEndpoint.MaxTextLength];
        endpoint.Port.TryFormat(bytes, out int length);
        ReturnAscii(ref call, bytes[..length]);
    }

    private static void ReturnAscii<T>(scoped ref FunctionCall<T> call, scoped ReadOnlySpan<byte> text)
        where T : class
    {
        if (call.TryReserve(text.Length, out Span<char> room))
        {
            Ascii.ToUtf16(text, room, out int length);
            call.ReturnReserved(length);
        }
    }
}
