namespace ClusterDns.Core.Corefiles;

/// <summary>A Corefile and all that it imports, parsed.</summary>
/// <param name="Blocks">The server blocks in the order of the file.</param>
/// <param name="Warnings">What is odd, but no reason not to start.</param>
/// <param name="Files">Every file that was read, the Corefile itself first, each once.</param>
/// <param name="ContentHash">
/// SHA-512 in lower-case hexadecimal over the names and bytes of <paramref name="Files"/>: it changes when, and only when, one of them
/// does or an import finds other files.
/// </param>
public sealed record CorefileDocument(
    IReadOnlyList<ServerBlockSyntax> Blocks,
    IReadOnlyList<CorefileDiagnostic> Warnings,
    IReadOnlyList<string> Files,
    string ContentHash);
