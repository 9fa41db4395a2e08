using System.Net;
using ClusterDns.Expressions.Values;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Expressions.Tests.TestKit;

/// <summary>A question, as a host of expressions knows it.</summary>
internal sealed class Asked
{
    public string Name { get; init; } = "www.example.org.";

    public IPAddress Client { get; init; } = IPAddress.Parse("192.0.2.7");

    /// <summary>The functions that the host has.</summary>
    public static ExpressionEnvironment<Asked> Environment { get; } = CreateEnvironment(new FakeTimeProvider(new DateTimeOffset(2026, 12, 1, 10, 0, 0, TimeSpan.Zero)));

    /// <summary>Compiles what must be an expression.</summary>
    public static Expression<Asked> Compile(string text)
    {
        Assert.True(Environment.TryCompile(text, out Expression<Asked>? expression, out ExpressionError error), $"{text}: {error}");
        return expression;
    }

    /// <summary>What is wrong with what must not be an expression, and behind a colon where.</summary>
    public static ExpressionError Reject(string text)
    {
        Assert.False(Environment.TryCompile(text, out Expression<Asked>? expression, out ExpressionError error), text);
        Assert.Null(expression);
        return error;
    }

    public static ExpressionEnvironment<Asked> CreateEnvironment(TimeProvider clock) => new ExpressionEnvironment<Asked>(clock)
        .AddFunction("name", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => ReturnCopy(ref call, call.Context.Name))
        .AddFunction("type", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => call.Return("A"))
        .AddFunction("class", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => call.Return("IN"))
        .AddFunction("proto", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => call.Return("udp"))
        .AddFunction("size", ExpressionType.Integer, [], static (ref FunctionCall<Asked> call) => call.Return(45))
        .AddFunction("client_ip", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => ReturnAddress(ref call, call.Context.Client))
        .AddFunction("port", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => call.Return("4711"))
        .AddFunction("id", ExpressionType.Integer, [], static (ref FunctionCall<Asked> call) => call.Return(4242))
        .AddFunction("opcode", ExpressionType.Integer, [], static (ref FunctionCall<Asked> call) => call.Return(0))
        .AddFunction("do", ExpressionType.Boolean, [], static (ref FunctionCall<Asked> call) => call.Return(true))
        .AddFunction("bufsize", ExpressionType.Integer, [], static (ref FunctionCall<Asked> call) => call.Return(1232))
        .AddFunction("server_ip", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => call.Return("192.0.2.1"))
        .AddFunction("server_port", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => call.Return("53"))
        .AddFunction("incidr", ExpressionType.Boolean, [ExpressionType.Text, ExpressionType.Text], IsIn, Prepare)
        .AddFunction("metadata", ExpressionType.Text, [ExpressionType.Text], static (ref FunctionCall<Asked> call) => call.Return(call[0].Text is "a/b" ? "meta" : ""))
        .AddFunction("group", ExpressionType.Text, [ExpressionType.Any], static (ref FunctionCall<Asked> call) => call.Return("g" + ValueText.Describe(in call[0])))
        .AddFunction("broken", ExpressionType.Text, [], static (ref FunctionCall<Asked> call) => call.Fail("it is broken"))
        .AddVariable("ttl", ExpressionType.Integer, static (ref FunctionCall<Asked> call) => call.Return(60));

    private static void ReturnCopy(ref FunctionCall<Asked> call, string text)
    {
        if (call.TryReserve(text.Length, out Span<char> room))
        {
            text.CopyTo(room);
            call.ReturnReserved(text.Length);
        }
    }

    private static void ReturnAddress(ref FunctionCall<Asked> call, IPAddress address)
    {
        if (call.TryReserve(45, out Span<char> room) && address.TryFormat(room, out int length))
        {
            call.ReturnReserved(length);
        }
    }

    private static void IsIn(ref FunctionCall<Asked> call)
    {
        if (!IPAddress.TryParse(call[0].Text, out IPAddress? address))
        {
            call.Fail("incidr: invalid IP address");
        }
        else if (!IPNetwork.TryParse(call[1].Text, out IPNetwork network))
        {
            call.Fail("incidr: invalid CIDR");
        }
        else
        {
            call.Return(network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
        }
    }

    private static SpecializedFunction<Asked>? Prepare(IReadOnlyList<FunctionArgument> arguments)
    {
        if (arguments[1].ConstantText is not { } text)
        {
            return null;
        }

        if (!IPNetwork.TryParse(text, out IPNetwork network))
        {
            return new SpecializedFunction<Asked>(null) { Warning = $"invalid CIDR '{text}': expected for example 10.0.0.0/8" };
        }

        return arguments[0].Call is "client_ip"
            ? new SpecializedFunction<Asked>((ref FunctionCall<Asked> call) => call.Return(network.Contains(call.Context.Client))) { TakesArguments = false }
            : null;
    }
}
