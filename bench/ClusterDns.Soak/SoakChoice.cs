using System.Globalization;
using ClusterDns.Core.Wire;

namespace ClusterDns.Soak;

/// <summary>What a soak asks: everything that the server has. Any thread may choose.</summary>
/// <param name="truth">The cluster.</param>
internal sealed class SoakChoice(ClusterTruth truth)
{
    private const int OutsideNames = 50;

    private readonly SoakQuestion[] _clusterQuestions = [.. truth.Confirmed.Answers.Keys];

    /// <summary>Chooses a question, and how its answer is judged by what is true now and comes to be true until then.</summary>
    /// <param name="random">What decides.</param>
    public JudgedQuestion Choose(Random random) => random.Next(20) switch
    {
        < 9 => OfCluster(_clusterQuestions[random.Next(_clusterQuestions.Length)]),
        < 11 => With("www.outside.test.soak.svc.cluster.local.", AnswerText.Missing),
        < 14 => Outside(Text($"www-{random.Next(OutsideNames)}.outside.test.")),
        < 15 => With(Text($"missing-{random.Next(OutsideNames)}.outside.test."), AnswerText.Missing),
        < 16 => Outside(Text($"www-{random.Next(OutsideNames)}.fresh.test.")),
        < 19 => Outside(Text($"r{random.NextInt64():x}.flood.test.")),
        _ => With("www.hosts.test.", AnswerText.Of("192.0.2.80")),
    };

    private JudgedQuestion OfCluster(SoakQuestion question)
    {
        ClusterState from = truth.Confirmed;
        return new JudgedQuestion(question, answer => ClusterTruth.WasTrue(from, question, answer) ? null : from.Answers[question]);
    }

    private static JudgedQuestion Outside(string name) => With(name, AnswerText.Of(OutsideServer.AddressOf(name)));

    private static JudgedQuestion With(string name, string expected)
        => new(new SoakQuestion(name, RecordType.A), answer => string.Equals(expected, answer, StringComparison.Ordinal) ? null : expected);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
