using System.Globalization;
using ClusterDns.Core.Wire;
using ClusterDns.Soak;

namespace ClusterDns.ApiBench;

/// <summary>What a Service may change between: it is there in some forms, and in form 0 it, or all its endpoints, are not.</summary>
/// <param name="slot">Its number, from 0 to 65,535. It says how it is reached.</param>
internal sealed class ChangingForm(int slot)
{
    /// <summary>How many forms there are, the one in which it is gone included.</summary>
    public const int Forms = 4;

    /// <summary>The namespace of all.</summary>
    public const string Space = "team-0";

    private static readonly int[] EndpointCounts = [0, 1, 2, 4];

    private enum Reach
    {
        OneAddress,
        TwoFamilies,
        Headless,
        External,
    }

    private Reach How => (Reach)(slot % 4);

    private string Name => Text($"changing-{slot}");

    private string FullName => Text($"{Name}.{Space}.svc.cluster.local.");

    /// <summary>Whether it is the endpoints that change; else the Service itself does.</summary>
    public bool IsHeadless => How == Reach.Headless;

    /// <summary>The object that changes, in a form.</summary>
    /// <param name="form">The form; where the object is gone, the form it had before.</param>
    /// <param name="version">The version.</param>
    public byte[] Render(int form, long version) => How switch
    {
        Reach.OneAddress => ObjectTexts.Service(Space, Name, version, Address(form)),
        Reach.TwoFamilies => ObjectTexts.Service(Space, Name, version, Address(form), Address6(form)),
        Reach.External => ObjectTexts.ExternalName(Space, Name, version, Target(form).TrimEnd('.')),
        _ => ObjectTexts.Slice(
            Space, Name + "-5fxkq", Name, version, Endpoints(form).Select(endpoint => (Endpoint(endpoint), Text($"{Name}-{endpoint}"), Text($"pod-{endpoint}")))),
    };

    /// <summary>The Service of endpoints that change.</summary>
    public byte[] RenderService() => ObjectTexts.Service(Space, Name, version: 900);

    /// <summary>What is true of each of its names in each form.</summary>
    public Dictionary<SoakQuestion, string[]> Describe()
    {
        Dictionary<SoakQuestion, string[]> all = [];
        for (int form = 1; form < Forms; form++)
        {
            foreach ((SoakQuestion question, string answer) in Describe(form))
            {
                if (!all.TryGetValue(question, out string[]? answers))
                {
                    all[question] = answers = [.. Enumerable.Repeat(AnswerText.Missing, Forms)];
                }

                answers[form] = answer;
            }
        }

        return all;
    }

    private IEnumerable<(SoakQuestion Question, string Answer)> Describe(int form)
    {
        SoakQuestion ports = new($"_http._tcp.{FullName}", RecordType.SRV);
        return How switch
        {
            Reach.External => [(new SoakQuestion(FullName, RecordType.CNAME), AnswerText.Of(Target(form)))],
            Reach.Headless =>
            [
                (new SoakQuestion(FullName, RecordType.A), AnswerText.Of(Endpoints(form).Select(Endpoint))),
                (ports, AnswerText.Of(Endpoints(form).Select(endpoint => Text($"8080:pod-{endpoint}.{FullName}")))),
                .. Endpoints(form).Select(endpoint => (new SoakQuestion(Text($"pod-{endpoint}.{FullName}"), RecordType.A), AnswerText.Of(Endpoint(endpoint)))),
                .. Endpoints(form).Select(endpoint => (Reverse(Endpoint(endpoint)), AnswerText.Of(Text($"pod-{endpoint}.{FullName}")))),
            ],
            _ =>
            [
                (new SoakQuestion(FullName, RecordType.A), AnswerText.Of(Address(form))),
                (new SoakQuestion(FullName, RecordType.AAAA), How == Reach.TwoFamilies ? AnswerText.Of(Address6(form)) : AnswerText.Of()),
                (ports, AnswerText.Of($"8080:{FullName}")),
                (Reverse(Address(form)), AnswerText.Of(FullName)),
            ],
        };
    }

    private static IEnumerable<int> Endpoints(int form) => Enumerable.Range(1, EndpointCounts[form]);

    private static SoakQuestion Reverse(string address)
        => new($"{string.Join('.', address.Split('.').Reverse())}.in-addr.arpa.", RecordType.PTR);

    private static string Target(int form) => Text($"target-{form}.outside.test.");

    private string Address(int form) => Text($"172.{24 + form}.{slot >> 8}.{slot & 255}");

    private string Address6(int form) => Text($"fd00:96::{form:x}:{slot:x}");

    private string Endpoint(int endpoint) => Text($"10.{240 + endpoint}.{slot >> 8}.{slot & 255}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
