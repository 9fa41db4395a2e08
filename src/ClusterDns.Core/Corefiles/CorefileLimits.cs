namespace ClusterDns.Core.Corefiles;

/// <summary>The bounds of a configuration, so that a wrong file costs a message and not the machine.</summary>
public static class CorefileLimits
{
    /// <summary>How many bytes the Corefile and all that it imports may have together.</summary>
    public const int Bytes = 4 * 1024 * 1024;

    /// <summary>How many imports are followed.</summary>
    public const int Imports = 10_000;

    /// <summary>How many words there may be once imports are in place.</summary>
    public const int Tokens = 1_000_000;

    /// <summary>The maximum nesting depth of braces.</summary>
    public const int Depth = 64;

    /// <summary>How many characters a word may have once the environment is filled in.</summary>
    public const int ExpandedLength = 64 * 1024;

    /// <summary>How many variables one word may refer to, those within values counted.</summary>
    public const int Expansions = 100;
}
