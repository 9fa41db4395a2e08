using System.Globalization;
using BenchmarkDotNet.Running;
using ClusterDns.Benchmarks;

if (args is ["loops", string kind, string port])
{
    // Served until killed: bench/loops.sh measures from outside.
    int number = int.Parse(port, CultureInfo.InvariantCulture);
    switch (kind)
    {
        case "reactor":
            UdpLoops.RunReactor(number);
            return 0;
        case "blocking":
            UdpLoops.RunBlocking(number);
            return 0;
        default:
            Console.Error.WriteLine($"unknown loop {kind}, expected reactor or blocking");
            return 2;
    }
}

BenchmarkSwitcher.FromAssembly(typeof(PipelineBenchmarks).Assembly).Run(args);
return 0;
