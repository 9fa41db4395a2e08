using ClusterDns.Hosting;
using ClusterDns.Logging;

using ServerProcess process = new(StandardOutputStream.Open, Console.OpenStandardInput, Console.Error);
return await process.RunAsync(args);
