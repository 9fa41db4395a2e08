using System.Text;

namespace ClusterDns.Soak;

/// <summary>A made-up cluster at one time: its manifests, and what is true of its names. Links to the state that came after it.</summary>
internal sealed class ClusterState
{
    /// <summary>How many Services may be there.</summary>
    public const int Slots = 40;

    /// <summary>How many Services a change is about.</summary>
    private const int ChangesAtOnce = 4;

    private readonly int[] _forms;
    private readonly Dictionary<SoakQuestion, string> _answers = [];
    private volatile ClusterState? _next;

    private ClusterState(int[] forms)
    {
        _forms = forms;
        for (int slot = 0; slot < Slots; slot++)
        {
            for (int form = 1; form <= ServiceForm.Forms; form++)
            {
                foreach ((SoakQuestion question, _) in ServiceForm.Describe(slot, form))
                {
                    _answers.TryAdd(question, AnswerText.Missing);
                }
            }
        }

        for (int slot = 0; slot < Slots; slot++)
        {
            if (forms[slot] > 0)
            {
                foreach ((SoakQuestion question, string answer) in ServiceForm.Describe(slot, forms[slot]))
                {
                    _answers[question] = answer;
                }
            }
        }
    }

    /// <summary>What is true of each name that is in the cluster now or at other times.</summary>
    public IReadOnlyDictionary<SoakQuestion, string> Answers => _answers;

    /// <summary>The state that came after this one, once it is about to be written.</summary>
    public ClusterState? Next => _next;

    /// <summary>The state that all begins with: every Service is there.</summary>
    public static ClusterState CreateFirst() => new([.. Enumerable.Repeat(1, Slots)]);

    /// <summary>Makes the state that comes after this one: some Services have come, gone or changed.</summary>
    /// <param name="random">What decides.</param>
    public ClusterState CreateNext(Random random)
    {
        int[] forms = [.. _forms];
        for (int i = 0; i < ChangesAtOnce; i++)
        {
            int slot = random.Next(Slots);
            forms[slot] = (forms[slot] + 1 + random.Next(ServiceForm.Forms)) % (ServiceForm.Forms + 1);
        }

        return _next = new ClusterState(forms);
    }

    /// <summary>The manifests.</summary>
    public string ToManifests()
    {
        StringBuilder text = new($"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {ServiceForm.Namespace}}}\n");
        for (int slot = 0; slot < Slots; slot++)
        {
            if (_forms[slot] > 0)
            {
                ServiceForm.WriteManifests(text, slot, _forms[slot]);
            }
        }

        return text.ToString();
    }
}
