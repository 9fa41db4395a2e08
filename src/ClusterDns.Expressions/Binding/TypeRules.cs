using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Binding;

/// <summary>Which types go together.</summary>
internal static class TypeRules
{
    /// <summary>The type of a value that has one of two types.</summary>
    public static ExpressionType Common(ExpressionType left, ExpressionType right)
    {
        if (left == right)
        {
            return left;
        }

        if (left.IsAny || left.Kind != right.Kind)
        {
            return ExpressionType.Any;
        }

        return left.Kind switch
        {
            ValueKind.List => ExpressionType.ListOf(Common(left.Element, right.Element)),
            ValueKind.Map => ExpressionType.MapOf(Common(left.Element, right.Element), left.HasTextKeys && right.HasTextKeys),
            _ => left,
        };
    }

    /// <summary>Whether two operands may both be of one of some kinds; those of an unknown type may.</summary>
    public static bool AreBoth(ExpressionType left, ExpressionType right, params ReadOnlySpan<ValueKind> kinds)
    {
        bool isLeft = left.Kind is { } leftKind && kinds.Contains(leftKind);
        bool isRight = right.Kind is { } rightKind && kinds.Contains(rightKind);
        return (isLeft || left.IsAny) && (isRight || right.IsAny);
    }
}
