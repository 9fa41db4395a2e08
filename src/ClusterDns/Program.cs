using ClusterDns.Hosting;
using ClusterDns.Logging;

StandardDescriptors.Fill();
TextWriter error = StandardDescriptors.OpenError();
using ServerProcess process = new(StandardOutputStream.Open, Console.OpenStandardInput, error);
AppDomain.CurrentDomain.UnhandledException += process.OnUnhandled;
return await process.RunAsync(args);
