using System.Net.Http.Headers;

namespace ClusterDns.Plugins.Prometheus;

/// <summary>Chooses between the two formats by what a client would like to have (RFC 9110 section 12.5.1).</summary>
internal static class AcceptHeader
{
    private const string OpenMetrics = "application/openmetrics-text";
    private const string Text = "text/plain";

    /// <summary>
    /// Whether a client that can take both would rather have OpenMetrics: only one that names it does, and of two that it likes as
    /// much it gets the one it names first.
    /// </summary>
    /// <param name="accept">The header; empty when there is none.</param>
    public static bool PrefersOpenMetrics(string accept)
    {
        Preference openMetrics = default;
        Preference text = default;
        string[] ranges = accept.Split(',');
        for (int i = 0; i < ranges.Length; i++)
        {
            if (!MediaTypeWithQualityHeaderValue.TryParse(ranges[i], out MediaTypeWithQualityHeaderValue? range))
            {
                continue;
            }

            double quality = range.Quality ?? 1;
            switch (range.MediaType)
            {
                case { } type when Is(type, OpenMetrics) && HasVersion(range, "1.0.0"):
                    openMetrics.Improve(Preference.Exact, quality, i);
                    break;
                case { } type when Is(type, Text) && HasVersion(range, "0.0.4"):
                    text.Improve(Preference.Exact, quality, i);
                    break;
                case { } type when Is(type, "text/*"):
                    text.Improve(Preference.Family, quality, i);
                    break;
                case "*/*":
                    text.Improve(Preference.Any, quality, i);
                    break;
            }
        }

        return openMetrics.Quality > text.Quality
            || (openMetrics.Quality > 0 && openMetrics.Quality >= text.Quality && openMetrics.Place < text.Place);
    }

    private static bool Is(string type, string other) => string.Equals(type, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a range asks for no version or for the one that is written here.</summary>
    private static bool HasVersion(MediaTypeWithQualityHeaderValue range, string version)
    {
        foreach (NameValueHeaderValue parameter in range.Parameters)
        {
            if (Is(parameter.Name, "version"))
            {
                return string.Equals(parameter.Value?.Trim('"'), version, StringComparison.Ordinal);
            }
        }

        return true;
    }

    /// <summary>How much a format is liked: the range that is closest to it says so, and of several the best.</summary>
    private struct Preference
    {
        public const int Any = 1;
        public const int Family = 2;
        public const int Exact = 3;

        private int _closeness;

        public double Quality { get; private set; }

        public int Place { get; private set; }

        public void Improve(int closeness, double quality, int place)
        {
            if (closeness > _closeness || (closeness == _closeness && quality > Quality))
            {
                _closeness = closeness;
                Quality = quality;
                Place = place;
            }
        }
    }
}
