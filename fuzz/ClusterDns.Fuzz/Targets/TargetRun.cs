using System.Globalization;

namespace ClusterDns.Fuzz.Targets;

/// <summary>A number of mutated inputs to one target.</summary>
/// <param name="target">The target.</param>
/// <param name="inputs">How many.</param>
/// <param name="seed">Which.</param>
internal sealed class TargetRun(FuzzTarget target, long inputs, int seed)
{
    private const int MaxLength = 16 * 1024;

    private static readonly byte[][] Tokens =
    [
        .. new[] { "{", "}", "\"", "\\", "\n", " ", "\0", "[", "]", ":", ",", "{{", "}}", "null", "-1", "1e999", "\u00A0", "#", "import", ".", "255.255.255.255", "::" }
            .Select(System.Text.Encoding.UTF8.GetBytes),
        [0xFF, 0xFE], [0xC0, 0x0C], [0xC0, 0x00], [0xED, 0xA0, 0x80], [0x40], [63], [0, 0, 0, 0],
    ];

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5394", Justification = "A run must be repeatable.")]
    private readonly Random _random = new(seed);

    /// <summary>Runs.</summary>
    /// <returns>What went wrong first, with the input; null when nothing did.</returns>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Any exception of a reader is a finding.")]
    public string? Run()
    {
        for (long i = 0; i < inputs; i++)
        {
            byte[] input = Next();
            string? problem;
            try
            {
                problem = target.Run(input);
            }
            catch (Exception exception)
            {
                problem = $"an exception escaped: {exception}";
            }

            if (problem is not null)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{target.Name}, seed {seed}, input {i}: {problem}\n{Convert.ToHexString(input)}");
            }
        }

        return null;
    }

    private byte[] Next()
    {
        List<byte> input = [.. target.Corpus[Below(target.Corpus.Count)]];
        for (int mutations = Below(8) == 0 ? 0 : 1 + Below(5); mutations > 0 && input.Count > 0; mutations--)
        {
            Mutate(input);
        }

        return [.. input.Take(MaxLength)];
    }

    private void Mutate(List<byte> input)
    {
        int at = Below(input.Count);
        switch (Below(8))
        {
            case 0:
                input[at] ^= (byte)(1 << Below(8));
                break;
            case 1:
                input[at] = (byte)Below(256);
                break;
            case 2:
                input.RemoveRange(at, Math.Min(input.Count - at, 1 + Below(16)));
                break;
            case 3:
                input.InsertRange(at, Tokens[Below(Tokens.Length)]);
                break;
            case 4:
                input.RemoveRange(at, input.Count - at);
                break;
            case 5:
                // A part of another one.
                byte[] other = target.Corpus[Below(target.Corpus.Count)];
                int from = Below(other.Length);
                input.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, 1 + Below(64))).ToArray());
                break;
            case 6:
                // A part again and again: depth, and length.
                byte[] part = [.. input.Skip(at).Take(1 + Below(16))];
                input.InsertRange(at, Enumerable.Repeat(part, 1 + Below(40)).SelectMany(static bytes => bytes));
                break;
            default:
                input.Insert(at, (byte)Below(256));
                break;
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5394", Justification = "A run must be repeatable.")]
    private int Below(int bound) => _random.Next(bound);
}
