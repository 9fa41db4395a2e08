using ClusterDns.Soak;

namespace ClusterDns.ApiBench;

/// <summary>A Service that changes, and which form it had at which version. One thread changes it, any may look.</summary>
internal sealed class ChangingService
{
    private readonly Lock _lock = new();
    private readonly List<(long Version, int Form)> _history = [];
    private readonly Dictionary<SoakQuestion, string[]> _answers;
    private readonly ChangingForm _form;
    private readonly ServedKind _kind;
    private readonly int _place;

    /// <summary>A Service in form 1.</summary>
    /// <param name="slot">Its number.</param>
    /// <param name="cluster">The cluster that it is in from now on; nobody watches it yet.</param>
    public ChangingService(int slot, SampleCluster cluster)
    {
        _form = new ChangingForm(slot);
        _answers = _form.Describe();
        _kind = _form.IsHeadless ? cluster.Slices : cluster.Services;
        if (_form.IsHeadless)
        {
            cluster.Services.Add(_form.RenderService());
        }

        _place = _kind.Add(_form.Render(1, version: 900));
        _history.Add((0, 1));
        Questions = [.. _answers.Keys];
    }

    /// <summary>What may be asked about it.</summary>
    public IReadOnlyList<SoakQuestion> Questions { get; }

    /// <summary>Whether its endpoints change; else it does itself.</summary>
    public bool IsHeadless => _form.IsHeadless;

    /// <summary>Gives it another form.</summary>
    /// <param name="random">What decides.</param>
    public void Change(Random random)
    {
        int old = _history[^1].Form;
        int form = (old + 1 + random.Next(ChangingForm.Forms - 1)) % ChangingForm.Forms;
        _kind.Change(
            _place,
            version =>
            {
                lock (_lock)
                {
                    _history.Add((version, form));
                }

                return _form.Render(form == 0 ? old : form, version);
            },
            isDeleted: form == 0);
    }

    /// <summary>Says what an answer should have been.</summary>
    /// <param name="question">The question.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="from">The version that the server was known to have reached when it was asked.</param>
    /// <param name="to">The version that nothing was beyond when the answer was there.</param>
    /// <returns>Null when the answer was true at one of the versions from the one to the other, both included.</returns>
    public string? Judge(SoakQuestion question, string answer, long from, long to)
    {
        string[] answers = _answers[question];
        List<string> allowed = [];
        lock (_lock)
        {
            for (int i = _history.Count - 1; i >= 0; i--)
            {
                if (_history[i].Version <= to)
                {
                    string possible = answers[_history[i].Form];
                    if (string.Equals(answer, possible, StringComparison.Ordinal))
                    {
                        return null;
                    }

                    allowed.Add(possible);
                }

                if (_history[i].Version <= from)
                {
                    break;
                }
            }
        }

        return string.Join(" or ", allowed.Distinct(StringComparer.Ordinal));
    }
}
