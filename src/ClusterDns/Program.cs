using ClusterDns.Hosting;

using ServerProcess process = new(Console.OpenStandardOutput, Console.OpenStandardInput, Console.Error);
return await process.RunAsync(args);
