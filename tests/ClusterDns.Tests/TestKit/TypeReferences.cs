using System.Reflection;
using System.Reflection.Emit;

namespace ClusterDns.Tests.TestKit;

/// <summary>
/// Finds every type that a type refers to: in what it derives from, in its members' signatures and attributes, and in the code of its
/// methods. Constants leave no trace in an assembly, and so none here.
/// </summary>
internal sealed class TypeReferences
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Dictionary<ushort, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToDictionary(static code => (ushort)code.Value);

    private readonly HashSet<Type> _found = [];

    private TypeReferences()
    {
    }

    /// <summary>The types that a type refers to, each as its definition: of <c>List&lt;Uri&gt;</c> both List and Uri.</summary>
    /// <param name="type">The type; what is nested in it is asked for by itself.</param>
    public static IReadOnlySet<Type> Of(Type type)
    {
        TypeReferences references = new();
        references.Add(type.BaseType);
        references.AddAll(type.GetInterfaces());
        references.AddAttributes(type);
        foreach (FieldInfo field in type.GetFields(Declared))
        {
            references.Add(field.FieldType);
            references.AddAttributes(field);
        }

        foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
        {
            references.AddMethod(method);
        }

        return references._found;
    }

    private void AddMethod(MethodBase method)
    {
        AddSignature(method);
        AddAttributes(method);
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        AddAll(body.LocalVariables.Select(static local => local.LocalType));
        AddAll(body.ExceptionHandlingClauses
            .Where(static clause => clause.Flags == ExceptionHandlingClauseOptions.Clause)
            .Select(static clause => clause.CatchType!));
        AddCode(method, body.GetILAsByteArray()!);
    }

    private void AddSignature(MethodBase method)
    {
        AddAll(method.GetParameters().Select(static parameter => parameter.ParameterType));
        Add((method as MethodInfo)?.ReturnType);
    }

    /// <summary>Walks over the instructions and resolves each token (ECMA-335 partition III section 1.9).</summary>
    private void AddCode(MethodBase method, byte[] code)
    {
        Type[] typeArguments = method.DeclaringType!.GetGenericArguments();
        Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        int position = 0;
        while (position < code.Length)
        {
            ushort value = code[position++];
            if (value == 0xFE)
            {
                value = (ushort)((value << 8) | code[position++]);
            }

            OperandType operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                AddMember(method.Module.ResolveMember(BitConverter.ToInt32(code, position), typeArguments, methodArguments)!);
            }

            position += OperandSize(operand, code, position);
        }
    }

    private void AddMember(MemberInfo member)
    {
        Add(member.DeclaringType);
        switch (member)
        {
            case Type type:
                Add(type);
                break;
            case FieldInfo field:
                Add(field.FieldType);
                break;
            case MethodBase method:
                AddSignature(method);
                AddAll(method.IsGenericMethod ? method.GetGenericArguments() : []);
                break;
        }
    }

    private void AddAttributes(MemberInfo member) =>
        AddAll(member.GetCustomAttributesData().Select(static attribute => attribute.AttributeType));

    private void AddAll(IEnumerable<Type> types)
    {
        foreach (Type type in types)
        {
            Add(type);
        }
    }

    private void Add(Type? type)
    {
        while (type is { HasElementType: true })
        {
            type = type.GetElementType();
        }

        if (type is null or { IsGenericParameter: true })
        {
            return;
        }

        AddAll(type.IsFunctionPointer ? type.GetFunctionPointerParameterTypes() : []);
        if (type.IsConstructedGenericType)
        {
            AddAll(type.GetGenericArguments());
            type = type.GetGenericTypeDefinition();
        }

        _found.Add(type);
    }

    private static int OperandSize(OperandType operand, byte[] code, int position) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, position)),
        _ => 4,
    };
}
