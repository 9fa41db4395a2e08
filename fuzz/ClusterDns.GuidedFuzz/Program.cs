using System.Globalization;
using ClusterDns.Fuzz.Targets;
using SharpFuzz;

// --corpus FOLDER writes what a run starts from; otherwise libFuzzer drives.
WireTarget target = new();
if (args is ["--corpus", string folder])
{
    Directory.CreateDirectory(folder);
    for (int i = 0; i < target.Corpus.Count; i++)
    {
        File.WriteAllBytes(Path.Combine(folder, i.ToString("D5", CultureInfo.InvariantCulture)), target.Corpus[i]);
    }

    return;
}

Fuzzer.LibFuzzer.Run(input =>
{
    if (target.Run(input.ToArray()) is { } problem)
    {
        throw new InvalidOperationException(problem);
    }
});
