using System.Net;
using System.Net.Sockets;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Soak;

/// <summary>
/// The cluster while it changes. A change is written, then the server is asked until it says what is new of everything that has changed:
/// before that an answer may be the old or the new one, after it only the new one.
/// </summary>
/// <param name="path">The manifest.</param>
/// <param name="random">What decides about changes.</param>
internal sealed class ClusterTruth(string path, Random random)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private volatile ClusterState _confirmed = ClusterState.CreateFirst();

    /// <summary>What the server is known to say; later states may be true too.</summary>
    public ClusterState Confirmed => _confirmed;

    /// <summary>Writes the manifest as it is to be at first.</summary>
    public void WriteFirst() => Write(_confirmed);

    /// <summary>Whether an answer was true at some time from a state on.</summary>
    /// <param name="from">The state that was confirmed when the question went out.</param>
    /// <param name="question">The question.</param>
    /// <param name="answer">The answer.</param>
    public static bool WasTrue(ClusterState from, SoakQuestion question, string answer)
    {
        for (ClusterState? state = from; state is not null; state = state.Next)
        {
            if (string.Equals(state.Answers[question], answer, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Changes the cluster, and waits until the server says so.</summary>
    /// <param name="server">The server.</param>
    /// <exception cref="TimeoutException">It does not.</exception>
    public async Task ChangeAsync(IPEndPoint server)
    {
        ClusterState old = _confirmed;
        ClusterState next = old.CreateNext(random);
        Write(next);
        using QueryClient client = await QueryClient.ConnectAsync(server, SocketType.Dgram);
        using CancellationTokenSource patience = new(Patience);
        foreach ((SoakQuestion question, string answer) in next.Answers)
        {
            if (string.Equals(old.Answers[question], answer, StringComparison.Ordinal))
            {
                continue;
            }

            string got;
            while (!string.Equals(got = AnswerText.Read((await client.AskAsync(question.Name, question.Type)).Span), answer, StringComparison.Ordinal))
            {
                if (patience.IsCancellationRequested)
                {
                    throw new TimeoutException($"{question.Type} {question.Name}: still {got}, not {answer}");
                }

                await Task.Delay(Pause);
            }
        }

        _confirmed = next;
    }

    private void Write(ClusterState state)
    {
        string whole = path + ".new";
        File.WriteAllText(whole, state.ToManifests());
        File.Move(whole, path, overwrite: true);
    }
}
