namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>Changes arrays that readers may be reading: by new ones.</summary>
internal static class CopyOnWrite
{
    /// <summary>An array with one element replaced in its place, taken out, or added at the end.</summary>
    /// <param name="array">The array.</param>
    /// <param name="known">The element to replace; null, or one that is not there, for none.</param>
    /// <param name="replacement">What comes instead; null for nothing.</param>
    public static T[] Replace<T>(T[] array, T? known, T? replacement)
        where T : class
    {
        int index = known is null ? -1 : Array.IndexOf(array, known);
        if (index < 0)
        {
            return replacement is null ? array : [.. array, replacement];
        }

        if (replacement is null)
        {
            return [.. array.AsSpan(0, index), .. array.AsSpan(index + 1)];
        }

        T[] copy = [.. array];
        copy[index] = replacement;
        return copy;
    }
}
