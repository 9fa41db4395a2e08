using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Properties;

/// <summary>
/// A cluster is answered alike however its objects came, and whatever was before them. CsCheck_Iter=5000 tries more clusters than the
/// hundred of each test.
/// </summary>
public sealed class SameAnswersTests
{
    /// <summary>A server is started for each, which takes longer.</summary>
    private const int ServerShare = 10;

    private static readonly Gen<ClusterStep> Steps = Gen.Frequency(
        (8, ClusterStep.Put), (2, ClusterStep.Delete), (1, ClusterStep.BeginRelist), (1, ClusterStep.EndRelist), (1, ClusterStep.Relist));

    [Fact]
    public void Manifests_and_what_an_API_server_tells_are_answered_alike()
        => Gen.Select(RandomObjects.Cluster, RandomOptions.Any).Sample(
            static (objects, options) => ClusterQuestions.Check(objects, some => ClusterQuestions.AssertSame(
                ClusterQuestions.Create(some, options),
                ("manifests", options.Create(some)),
                ("API server", new FedCluster(options).List(some.Reverse()).Kit))),
            print: static sample => sample.Item2.ToString());

    [Fact]
    public Task Manifests_and_an_API_server_are_answered_alike()
        => Gen.Select(RandomObjects.Cluster, RandomOptions.Any, Gen.Bool).SampleAsync(
            static async (objects, options, hasWatchList) =>
            {
                await using FakeApiServer server = await FakeApiServer.StartAsync();
                server.HasWatchList = hasWatchList;
                server.HasImports = true;
                foreach (ClusterObject one in objects)
                {
                    server.Put(one.Json);
                }

                PluginKit kit = options.Create($"endpoint {server.Url}", new FakeFiles());
                await using ApiKit api = await new ApiKit(server, kit).StartAsync(new FedCluster(options).Kinds.Count);
                ClusterQuestions.AssertSame(ClusterQuestions.Create(objects, options), ("manifests", options.Create(objects)), ("API server", kit));
            },
            iter: Math.Max(1, Check.Iter / ServerShare),
            threads: 1,
            print: static sample => $"{sample.Item2}\nWatchList: {sample.Item3}\n{string.Join('\n', (object[])sample.Item1)}");

    [Fact]
    public void What_was_before_the_objects_that_are_there_does_not_show()
        => Gen.Select(RandomObjects.Versions, Gen.Select(Steps, Gen.Int[0, 16383]).Array[0, 40], RandomOptions.Any).Sample(
            static (versions, steps, options) => ClusterQuestions.Check(versions, some =>
            {
                if (some.Length == 0)
                {
                    return;
                }

                FedCluster changed = new(options);
                ClusterHistoryKit history = new(changed, some);
                history.Begin();
                foreach ((ClusterStep step, int number) in steps)
                {
                    history.Take(step, number);
                }

                ClusterObject[] last = history.End();
                ClusterQuestions.AssertSame(
                    ClusterQuestions.Create(some, options), ("after changes", changed.Kit), ("at once", new FedCluster(options).List(last).Kit));
            }),
            print: static sample => $"{sample.Item3}\n{string.Join(' ', sample.Item2)}");
}
