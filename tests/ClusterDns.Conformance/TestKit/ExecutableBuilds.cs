namespace ClusterDns.Conformance.TestKit;

/// <content>The builds that tests find.</content>
public sealed partial record Executable
{
    /// <summary>Names the Native AOT executable that test.sh has published.</summary>
    private const string NativeVariable = "CLUSTERDNS_NATIVE";

    /// <summary>The published executable's path; null where the environment names none.</summary>
    public static string? Native { get; } =
        Environment.GetEnvironmentVariable(NativeVariable) is { Length: > 0 } native ? native : null;

    /// <summary>The published one where the environment names it, else the one for development.</summary>
    public static Executable Best => Native is null ? Development : At(Native);

    /// <summary>The builds that there are: the one for development, and the published one where the environment names it.</summary>
    public static TheoryData<Executable> All
    {
        get
        {
            TheoryData<Executable> all = new(Development);
            if (Native is not null)
            {
                all.Add(Best);
            }

            return all;
        }
    }

    private static Executable Development => At(Path.Combine(AppContext.BaseDirectory, "clusterdns.dll"));
}
