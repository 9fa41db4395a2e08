using ClusterDns.Server;
using OwnPlugin;

return await ClusterDnsHost.RunAsync(args, static plugins => plugins.Add(new GreetPlugin(), before: "whoami"));
