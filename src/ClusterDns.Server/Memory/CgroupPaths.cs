using System.Globalization;
using System.Text;

namespace ClusterDns.Server.Memory;

/// <summary>A folder of a memory controller, and the file in it that holds the limit.</summary>
/// <param name="Folder">The cgroup's folder.</param>
/// <param name="Top">The mount point: the topmost ancestor that is visible.</param>
/// <param name="IsVersion2">Whether it is one of cgroup v2.</param>
internal sealed record CgroupFolder(string Folder, string Top, bool IsVersion2);

/// <summary>
/// Where the memory cgroups of this process are: <c>/proc/self/cgroup</c> says which they are, <c>/proc/self/mountinfo</c> where their
/// hierarchies are mounted (cgroups(7), proc(5)).
/// </summary>
internal static class CgroupPaths
{
    private const int MountRootField = 3;
    private const int MountPointField = 4;

    /// <summary>The process's memory cgroups: one on most systems, of both versions on hybrid ones.</summary>
    /// <param name="cgroups">The text of <c>/proc/self/cgroup</c>.</param>
    /// <param name="mounts">The text of <c>/proc/self/mountinfo</c>.</param>
    public static IReadOnlyList<CgroupFolder> Find(string cgroups, string mounts)
    {
        List<CgroupFolder> folders = [];
        foreach (string line in cgroups.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(':', 3);
            if (fields.Length < 3)
            {
                continue;
            }

            bool isVersion2 = fields[0] is "0" && fields[1].Length == 0;
            if ((isVersion2 || fields[1].Split(',').Contains("memory", StringComparer.Ordinal)) &&
                FindFolder(fields[2], mounts, isVersion2) is { } folder)
            {
                folders.Add(folder);
            }
        }

        return folders;
    }

    private static CgroupFolder? FindFolder(string path, string mounts, bool isVersion2)
    {
        CgroupFolder? found = null;
        int matched = -1;
        foreach (string line in mounts.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int separator = line.IndexOf(" - ", StringComparison.Ordinal);
            string[] fields = separator < 0 ? [] : line[..separator].Split(' ');
            if (fields.Length <= MountPointField || !IsHierarchy(line[(separator + 3)..].Split(' '), isVersion2))
            {
                continue;
            }

            string root = Unescape(fields[MountRootField]);
            string point = Unescape(fields[MountPointField]);
            string? inside = Relative(path, root);

            // A mount whose root is not an ancestor shows another part of the hierarchy, or a cgroup namespace hides the way: what is at the
            // mount point is then the nearest that can be seen.
            int match = inside is null ? 0 : root.Length;
            if (match > matched)
            {
                matched = match;
                found = new CgroupFolder(string.IsNullOrEmpty(inside) ? point : $"{point.TrimEnd('/')}/{inside}", point, isVersion2);
            }
        }

        return found;
    }

    private static bool IsHierarchy(string[] afterSeparator, bool isVersion2)
        => isVersion2
            ? afterSeparator[0] is "cgroup2"
            : afterSeparator[0] is "cgroup" && afterSeparator[^1].Split(',').Contains("memory", StringComparer.Ordinal);

    /// <summary>The path below a mount's root; null when it is not below it.</summary>
    private static string? Relative(string path, string root)
    {
        if (path.Split('/').Contains("..", StringComparer.Ordinal))
        {
            return null;
        }

        string prefix = root.TrimEnd('/');
        return path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/')
            ? path[prefix.Length..].Trim('/')
            : null;
    }

    /// <summary>mountinfo writes space, tab, line feed and backslash as three octal digits.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder plain = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                int code = ((text[i + 1] - '0') * 64) + ((text[i + 2] - '0') * 8) + (text[i + 3] - '0');
                plain.Append(((char)code).ToString(CultureInfo.InvariantCulture));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }
}
