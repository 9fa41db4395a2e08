using System.Globalization;

namespace ClusterDns.Soak;

/// <summary>The metrics of a server at one time.</summary>
/// <param name="text">Prometheus's text form.</param>
internal sealed class Scrape(string text)
{
    private readonly string[] _lines = text.Split('\n');

    /// <summary>Scrapes a server.</summary>
    /// <param name="client">The client.</param>
    /// <param name="port">The port of the metrics on loopback.</param>
    public static async Task<Scrape> ReadAsync(HttpClient client, int port)
        => new(await client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/metrics"))));

    /// <summary>The sum of all metrics of a name, whatever their labels.</summary>
    public double Sum(string name)
        => Lines(name).Sum(static line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));

    /// <summary>The lines of a name.</summary>
    public IEnumerable<string> Lines(string name)
        => _lines.Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{');
}
