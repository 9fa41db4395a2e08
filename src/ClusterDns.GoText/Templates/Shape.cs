namespace ClusterDns.GoText.Templates;

/// <summary>What is known of a value before it is there, so that a wrong field is an error at start and not of a query.</summary>
/// <param name="TypeName">The type as Go has it.</param>
public record Shape(string TypeName)
{
    /// <summary>A string.</summary>
    public static Shape Text { get; } = new("string");

    /// <summary>A boolean.</summary>
    public static Shape Boolean { get; } = new("bool");

    /// <summary>An integer.</summary>
    public static Shape Integer { get; } = new("int");

    /// <summary>An integer of 16 bits without a sign.</summary>
    public static Shape UInt16 { get; } = new("uint16");

    /// <summary>Strings by name.</summary>
    public static Shape TextMap { get; } = new("map[string]string") { Element = Text, HasAnyKey = true };

    /// <summary>Values of any type by name.</summary>
    public static Shape AnyMap { get; } = new("map[string]interface {}") { HasAnyKey = true };

    /// <summary>A record's fields; null for what is not a record.</summary>
    public IReadOnlyDictionary<string, Shape>? Fields { get; init; }

    /// <summary>A record's methods, which take a string and give one.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>What a list or a map holds; null for what is neither.</summary>
    public Shape? Element { get; init; }

    /// <summary>Whether any name may follow its dot.</summary>
    public bool HasAnyKey { get; init; }

    /// <summary>A list.</summary>
    /// <param name="element">What it holds.</param>
    public static Shape ListOf(Shape element) => new("[]" + element.TypeName) { Element = element };
}

/// <summary>A method, which gives a string.</summary>
internal sealed record MethodShape : Shape
{
    private MethodShape()
        : base("func")
    {
    }

    /// <summary>The one instance.</summary>
    public static MethodShape Instance { get; } = new();
}
