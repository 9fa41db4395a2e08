using System.Text;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>
/// Which code points are alike but for their case, by Unicode's simple mappings, each to each: <c>k</c>, <c>K</c> and the Kelvin sign. The
/// dotted and the dotless i of Turkish are like nothing but themselves.
/// </summary>
internal static class CaseOrbits
{
    private const int LastCased = 0x1FFFF;
    private const int LongS = 0x17F;
    private const int DottedCapitalI = 0x130;
    private const int DotlessSmallI = 0x131;

    private static readonly Lazy<int[][]> Orbits = new(Compute);

    /// <summary>A set with all that is like one of its members.</summary>
    /// <param name="set">The set.</param>
    public static CodePointSet Fold(CodePointSet set)
    {
        CodePointSet folded = new();
        folded.Add(set);
        foreach (int[] orbit in Orbits.Value)
        {
            if (Array.Exists(orbit, set.Contains))
            {
                foreach (int member in orbit)
                {
                    folded.Add(member, member);
                }
            }
        }

        return folded;
    }

    private static int[][] Compute()
    {
        Dictionary<int, List<int>> members = [];
        for (int codePoint = 0; codePoint <= LastCased; codePoint++)
        {
            if (!Rune.IsValid(codePoint) || codePoint is DottedCapitalI or DotlessSmallI)
            {
                continue;
            }

            // The runtime maps no letter outside ASCII to one within, but for the Kelvin sign.
            int key = codePoint == LongS ? 's' : Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(codePoint))).Value;
            if (members.TryGetValue(key, out List<int>? orbit))
            {
                orbit.Add(codePoint);
            }
            else
            {
                members[key] = [codePoint];
            }
        }

        return [.. members.Values.Where(static orbit => orbit.Count > 1).Select(static orbit => orbit.ToArray())];
    }
}
