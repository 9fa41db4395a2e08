using ClusterDns.TestKit;

namespace ClusterDns.Conformance.Resolver;

/// <summary>A C library's own resolver: resolve.c, linked to that library.</summary>
public sealed class StubResolver
{
    /// <summary>What a client without EDNS takes in a datagram, in octets.</summary>
    public const int DatagramBytes = 512;

    private static readonly string Source = Path.Combine(Repository.Root, "tests", "ClusterDns.Conformance", "Resolver", "resolve.c");

    private readonly Lazy<Task<string>> _program;
    private readonly Lazy<Task<bool>> _isOldMusl;

    private StubResolver(string name, string compiler, int maxAddresses, params string[] options)
    {
        Name = name;
        MaxAddresses = maxAddresses;
        _program = new Lazy<Task<string>>(() => CompileAsync(compiler, options));
        _isOldMusl = new Lazy<Task<bool>>(() => IsOldMuslAsync(compiler));
    }

    /// <summary>The GNU C library, of most distributions.</summary>
    public static StubResolver Glibc { get; } = new("glibc", "gcc", int.MaxValue, "-lresolv");

    /// <summary>musl, of Alpine.</summary>
    public static StubResolver Musl { get; } = new("musl", "musl-gcc", 48, "-static");

    /// <summary>Both, for theories.</summary>
    public static TheoryData<StubResolver> All => [.. Both];

    /// <summary>Both.</summary>
    internal static StubResolver[] Both => [Glibc, Musl];

    /// <summary>The library's name.</summary>
    public string Name { get; }

    /// <summary>How many addresses of a name it takes at most.</summary>
    public int MaxAddresses { get; }

    /// <summary>
    /// Whether it is a musl before 1.2.4, which knows no TCP and takes of a truncated answer what there is, and which waits in vain for an
    /// answer to a name that a search of a single dot makes.
    /// </summary>
    public Task<bool> IsOldMusl => _isOldMusl.Value;

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The program.</summary>
    /// <returns>Its path.</returns>
    internal Task<string> GetProgramAsync() => _program.Value;

    private async Task<string> CompileAsync(string compiler, string[] options)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "resolve-" + Name);
        await ChildProgram.RunAsync(compiler, ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-o", program, Source, .. options]);
        return program;
    }

    /// <summary>Looks at a name that musl offers to every program since that release, and glibc only to GNU programs.</summary>
    private async Task<bool> IsOldMuslAsync(string compiler)
    {
        string macros = await ChildProgram.RunAsync(
            compiler, ["-D_POSIX_C_SOURCE=200809L", "-E", "-dM", "-x", "c", "-"], "#include <netdb.h>\n");
        return this == Musl && !macros.Contains("EAI_NODATA", StringComparison.Ordinal);
    }
}
