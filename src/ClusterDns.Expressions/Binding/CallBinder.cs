using System.Globalization;
using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Functions;
using ClusterDns.Expressions.Parsing;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Binding;

/// <summary>Binds calls of functions.</summary>
/// <param name="binder">What binds the arguments.</param>
internal readonly struct CallBinder(Binder binder)
{
    /// <summary>Binds a call.</summary>
    /// <exception cref="ExpressionException">There is no such function, or it takes other arguments.</exception>
    public Node Bind(CallSyntax call)
    {
        if (!call.IsBuiltin && binder.Scope.Find(call.Name) is not null)
        {
            throw new ExpressionException(call.Offset, $"'{call.Name}' is a variable: write it without parentheses");
        }

        if (binder.Host.TryGetValue(call.Name, out HostFunction? function) && !(call.IsBuiltin && Builtins.Has(call.Name)))
        {
            return BindHost(call, function);
        }

        if (Builtins.Loops.Contains(call.Name))
        {
            return new LoopBinder(binder).Bind(call);
        }

        if (!Builtins.Functions.TryGetValue(call.Name, out Builtin? builtin))
        {
            IEnumerable<string> own = binder.Host.Values.Where(static known => !known.IsVariable).Select(static known => known.Name);
            throw new ExpressionException(
                call.Offset, $"unknown function '{call.Name}': {Hints.ForFunction(call.Name, own, Builtins.Loops.Concat(Builtins.Functions.Keys))}");
        }

        Node[] arguments = binder.Bind(call.Arguments);
        Check(call.Name, builtin.Parameters, builtin.Required, builtin.IsVariadic, arguments, call.Offset);
        switch (builtin.Name)
        {
            case "sort":
                LoopBinder.CheckOrder(arguments, 1);
                break;
            case "get":
                MemberBinder.CheckMember(arguments[0].Type, arguments[1]);
                break;
        }

        BuiltinNode node = new(builtin, arguments, builtin.Result([.. arguments.Select(static argument => argument.Type)]), call.Offset);
        return builtin.IsPure ? binder.Fold(node, arguments) : node;
    }

    /// <summary>Checks the number and the types of arguments.</summary>
    /// <exception cref="ExpressionException">Something is wrong with them.</exception>
    public static void Check(string name, ReadOnlySpan<Parameter> parameters, int required, bool isVariadic, Node[] arguments, int offset)
    {
        if (arguments.Length < required || (arguments.Length > parameters.Length && !isVariadic))
        {
            throw WrongCount(name, required, isVariadic ? int.MaxValue : parameters.Length, arguments.Length, offset);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            Parameter parameter = parameters[Math.Min(i, parameters.Length - 1)];
            if (!parameter.Takes(arguments[i].Type))
            {
                throw new ExpressionException(arguments[i].Offset, $"argument {i + 1} of '{name}' is of type {arguments[i].Type}: {parameter.Name} is accepted");
            }
        }
    }

    /// <summary>The error that a function takes another number of arguments.</summary>
    public static ExpressionException WrongCount(string name, int least, int most, int count, int offset)
    {
        string accepted = most == int.MaxValue ? $"at least {Number(least)} are"
            : least == most ? (least == 0 ? "none is" : $"{Number(least)} {(least == 1 ? "is" : "are")}")
            : $"{Number(least)} to {Number(most)} are";
        return new ExpressionException(offset, $"'{name}' with {Number(count)} {(count == 1 ? "argument" : "arguments")}: {accepted} accepted");

        static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private HostNode BindHost(CallSyntax call, HostFunction function)
    {
        if (function.IsVariable)
        {
            throw new ExpressionException(call.Offset, $"'{call.Name}' is a variable: write it without parentheses");
        }

        Node[] arguments = binder.Bind(call.Arguments);
        if (arguments.Length != function.Parameters.Count)
        {
            throw WrongCount(call.Name, function.Parameters.Count, function.Parameters.Count, arguments.Length, call.Offset);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            ExpressionType accepted = function.Parameters[i];
            if (!accepted.IsAny && !arguments[i].Type.IsAny && arguments[i].Type.Kind != accepted.Kind)
            {
                throw new ExpressionException(arguments[i].Offset, $"argument {i + 1} of '{call.Name}' is of type {arguments[i].Type}: {accepted} is accepted");
            }
        }

        FunctionArgument[] known = Array.ConvertAll(arguments, static argument =>
            new FunctionArgument(argument is ConstantNode constant ? constant.Value : null, (argument as HostNode)?.NameWithoutArguments));
        HostFunction? specialized = function.Specialize(known, out bool takesArguments, out string? warning);
        if (warning is not null)
        {
            binder.Warn(call.Offset, warning);
        }

        function = specialized ?? function;
        return new HostNode(function, specialized is null || takesArguments ? arguments : [], function.Parameters, call.Offset) { IsPrepared = specialized is not null };
    }
}
