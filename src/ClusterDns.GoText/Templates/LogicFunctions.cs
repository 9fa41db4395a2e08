namespace ClusterDns.GoText.Templates;

/// <summary>Functions of what is true: everything but false, zero, nothing and what is empty.</summary>
internal static class LogicFunctions
{
    /// <summary>The first argument that is not true, or the last.</summary>
    public static bool And(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Find(arguments, sought: false, out value);

    /// <summary>The first argument that is true, or the last.</summary>
    public static bool Or(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Find(arguments, sought: true, out value);

    /// <summary>Whether the argument is not true.</summary>
    public static bool Not(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        value = Value.From(!arguments[0].IsTrue);
        return true;
    }

    private static bool Find(ReadOnlySpan<Value> arguments, bool sought, out Value value)
    {
        value = default;
        foreach (ref readonly Value argument in arguments)
        {
            value = argument;
            if (argument.IsTrue == sought)
            {
                break;
            }
        }

        return true;
    }
}
