namespace ClusterDns.Core.Corefiles;

/// <summary>Joins paths by their text alone; whether they exist is the source's business.</summary>
internal static class CorefilePath
{
    /// <summary>The path that an import means: its own when absolute, else below the folder of the importing file.</summary>
    public static string Resolve(string importingFile, string path)
    {
        string folder = Path.GetDirectoryName(importingFile) ?? "";
        string joined = Path.Combine(folder, path);
        return Simplify(joined);
    }

    /// <summary>Takes <c>.</c> and <c>name/..</c> out, so that one file has one name wherever it is imported from.</summary>
    private static string Simplify(string path)
    {
        bool rooted = path.StartsWith('/');
        var kept = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is ".")
            {
                continue;
            }

            if (part is ".." && kept.Count > 0 && kept[^1] is not "..")
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (part is not ".." || !rooted)
            {
                kept.Add(part);
            }
        }

        return (rooted ? "/" : "") + string.Join('/', kept);
    }
}
