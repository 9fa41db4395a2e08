using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Functions;
using ClusterDns.Expressions.Parsing;
using ClusterDns.Expressions.Times;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Binding;

/// <summary>Binds members, methods and parts.</summary>
/// <param name="binder">What binds what they are of.</param>
internal readonly struct MemberBinder(Binder binder)
{
    /// <summary>Binds a member.</summary>
    /// <exception cref="ExpressionException">There is none.</exception>
    public Node Bind(MemberSyntax member)
    {
        if (member is { Target: NameSyntax { Name: Binder.EnvironmentName }, Property: TextSyntax name })
        {
            return binder.Host.ContainsKey(name.Value) || !member.IsOptional
                ? binder.Bind(new NameSyntax(name.Value, name.Offset))
                : new ConstantNode(default, ExpressionType.Nil, name.Offset);
        }

        Node target = binder.Bind(member.Target);
        Node property = binder.Bind(member.Property);
        ExpressionType type = MemberType(target.Type, property, member.Offset);
        Node node = new MemberNode(member.IsOptional ? new OptionalNode(target, member.Offset) : target, property, type, member.Offset);
        return member.IsOptional ? node : binder.Fold(node, target, property);
    }

    /// <summary>Binds a method.</summary>
    /// <exception cref="ExpressionException">There is none, or it takes other arguments.</exception>
    public Node Bind(MethodSyntax method)
    {
        if (method is { Target: NameSyntax { Name: Binder.EnvironmentName } })
        {
            return binder.Host.ContainsKey(method.Name)
                ? binder.Bind(new CallSyntax(method.Name, method.Arguments, false, method.Offset))
                : throw new ExpressionException(method.Offset, $"unknown function '{method.Name}': {Hints.ForFunction(method.Name, binder.Host.Keys, [])}");
        }

        Node target = binder.Bind(method.Target);
        Node[] arguments = binder.Bind(method.Arguments);
        ExpressionType type = ExpressionType.Any;
        if (target.Type.Kind is { } kind)
        {
            Builtin found = TimeMethods.Find(kind, method.Name) ?? throw UnknownMethod(target.Type, kind, method);
            CallBinder.Check($"{method.Name}()", found.Parameters.AsSpan(1), found.Parameters.Length - 1, isVariadic: false, arguments, method.Offset);
            type = found.Result([]);
        }

        Node node = new MethodNode(method.Name, method.IsOptional ? new OptionalNode(target, method.Offset) : target, arguments, type, method.Offset);
        return method.IsOptional ? node : binder.Fold(node, [target, .. arguments]);
    }

    /// <summary>Binds a part.</summary>
    /// <exception cref="ExpressionException">It has none.</exception>
    public Node Bind(SliceSyntax slice)
    {
        Node target = binder.Bind(slice.Target);
        if (target.Type.Kind is not (ValueKind.List or ValueKind.Text or null))
        {
            throw new ExpressionException(slice.Offset, $"part of {target.Type}: a list or a string is accepted");
        }

        Node? from = BindBound(slice.From);
        Node? to = BindBound(slice.To);
        return binder.Fold(new SliceNode(target, from, to, slice.Offset), target, from, to);
    }

    private Node? BindBound(Syntax? bound)
    {
        Node? node = bound is null ? null : binder.Bind(bound);
        return node is null || node.Type.IsAny || node.Type.Kind == ValueKind.Integer
            ? node
            : throw new ExpressionException(node.Offset, $"bound of type {node.Type}: an int is accepted");
    }

    /// <summary>Checks the key of a map or the index of a list.</summary>
    /// <exception cref="ExpressionException">It has a wrong type.</exception>
    public static void CheckMember(ExpressionType target, Node property)
    {
        switch (target.Kind)
        {
            case ValueKind.Map when target.HasTextKeys && !property.Type.IsAny && property.Type.Kind != ValueKind.Text:
                throw new ExpressionException(property.Offset, $"key of type {property.Type}: a string is accepted");
            case ValueKind.List when !property.Type.IsAny && property.Type.Kind != ValueKind.Integer:
                throw new ExpressionException(property.Offset, $"index of type {property.Type}: an int is accepted");
        }
    }

    private static ExpressionType MemberType(ExpressionType target, Node property, int offset)
    {
        switch (target.Kind)
        {
            case null:
                return ExpressionType.Any;
            case ValueKind.Map or ValueKind.List:
                CheckMember(target, property);
                return target.Element;
            case ValueKind.Text:
                throw new ExpressionException(offset, "member of a string: parts are accepted, such as name()[0:1]");
            default:
                string name = property is ConstantNode { Value.Kind: ValueKind.Text } constant ? $" '{constant.Value.Text}'" : "";
                string methods = string.Join(", ", TimeMethods.NamesOf(target.Kind.Value).Select(static method => method + "()"));
                throw new ExpressionException(offset, $"{target} has no member{name}: {(methods.Length > 0 ? $"methods are {methods}" : "lists and maps have members")}");
        }
    }

    private static ExpressionException UnknownMethod(ExpressionType type, ValueKind kind, MethodSyntax method)
    {
        string methods = string.Join(", ", TimeMethods.NamesOf(kind));
        return new ExpressionException(
            method.Offset,
            methods.Length > 0
                ? $"{type} has no method '{method.Name}': methods are {methods}"
                : $"{type} has no methods: functions are called as {method.Name}(…), or behind a '|'");
    }
}
