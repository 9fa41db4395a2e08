using System.Globalization;
using ClusterDns.Fuzz.Targets;
using SharpFuzz;

// --corpus FOLDER writes what a run starts from; otherwise libFuzzer drives. The corpus is written before ClusterDns.Core.dll is instrumented:
// instrumented code runs only under the driver, which owns the memory that it counts in.
if (args is ["--corpus", string folder])
{
    WireTarget whole = new();
    Directory.CreateDirectory(folder);
    for (int i = 0; i < whole.Corpus.Count; i++)
    {
        File.WriteAllBytes(Path.Combine(folder, i.ToString("D5", CultureInfo.InvariantCulture)), whole.Corpus[i]);
    }

    return;
}

WireTarget? target = null;
Fuzzer.LibFuzzer.Run(input =>
{
    target ??= new WireTarget();
    if (target.Run(input.ToArray()) is { } problem)
    {
        throw new InvalidOperationException(problem);
    }
});
