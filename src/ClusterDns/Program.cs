using ClusterDns.Server;

return await ClusterDnsHost.RunAsync(args);
