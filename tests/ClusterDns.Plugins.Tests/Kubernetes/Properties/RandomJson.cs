using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>Puts random JSON together, as text.</summary>
internal static class RandomJson
{
    public static Gen<string> Truth { get; } = Gen.OneOf("true", "false");

    public static string Quote(string text) => $"\"{text}\"";

    /// <summary>One of some texts.</summary>
    public static Gen<string> Text(params string[] texts) => Gen.OneOf(texts).Select(Quote);

    /// <summary>A member of an object.</summary>
    public static Gen<string> Member(string name, Gen<string> value) => value.Select(text => $"\"{name}\":{text}");

    /// <summary>A member that may be missing, or null.</summary>
    public static Gen<string> Maybe(string name, Gen<string> value)
        => Gen.Frequency((2, Gen.Const("")), (6, Member(name, value)), (1, Gen.Const($"\"{name}\":null")));

    /// <summary>An object; empty members are left out.</summary>
    public static Gen<string> Map(params Gen<string>[] members) => Join(members).Select(static text => $"{{{text}}}");

    /// <summary>Members that may come in either order.</summary>
    public static Gen<string>[] Reversed(params Gen<string>[] members)
        => [Gen.Select(Join(members[..1]), Join(members[1..]), Gen.Bool, static (first, rest, isReversed) => isReversed ? Join(rest, first) : Join(first, rest))];

    /// <summary>A list of values.</summary>
    public static Gen<string> List(Gen<string> value, int least, int most)
        => value.Array[least, most].Select(static texts => $"[{string.Join(',', texts)}]");

    private static Gen<string> Join(Gen<string>[] parts)
        => parts.Aggregate(Gen.Const(""), static (all, part) => Gen.Select(all, part, Join));

    private static string Join(string left, string right) => left.Length == 0 || right.Length == 0 ? left + right : $"{left},{right}";
}
