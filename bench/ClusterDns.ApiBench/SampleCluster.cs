using System.Globalization;
using ClusterDns.Core.Wire;
using ClusterDns.Soak;

namespace ClusterDns.ApiBench;

/// <summary>How large a made-up cluster is.</summary>
/// <param name="Services">How many Services it has, one in ten of them headless.</param>
/// <param name="CountEndpoints">How many endpoints a Service has, by its number; from 100 on in slices of 100.</param>
/// <param name="HasPods">Whether its Pods, one an endpoint, are there too.</param>
internal sealed record ClusterShape(int Services, Func<int, int> CountEndpoints, bool HasPods)
{
    /// <summary>How many endpoints it has.</summary>
    public int Endpoints => Enumerable.Range(0, Services).Sum(CountEndpoints);

    /// <summary>Services with ten endpoints each.</summary>
    /// <param name="services">How many.</param>
    public static ClusterShape Even(int services) => new(services, static _ => 10, HasPods: false);

    /// <summary>Services with 15 endpoints on average: 4 % with 200, 16 % with 25, 30 % with 6, 40 % with 2, 10 % with 4.</summary>
    /// <param name="services">How many.</param>
    public static ClusterShape Mixed(int services)
        => new(services, static number => (number % 100) switch { < 4 => 200, < 20 => 25, < 50 => 6, < 90 => 2, _ => 4 }, HasPods: true);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Services:N0} Services, {Endpoints:N0} endpoints{(HasPods ? $", {Endpoints:N0} Pods" : "")}");
}

/// <summary>A cluster of some size, made before anybody asks for it, and what is true of the names that are told last.</summary>
internal sealed class SampleCluster
{
    private const int Namespaces = 50;
    private const int SliceLength = 100;
    private const int FirstOfHeadless = 9;
    private const string MovedPod = "10.254.0.1";
    private const string MovedService = "172.31.0.1";

    private readonly ClusterShape _shape;
    private int _lastService;
    private int _lastSlice;
    private int _lastPod;
    private (string Address, string Pod, string Hostname)[] _lastEndpoints = [];

    /// <summary>Makes it.</summary>
    /// <param name="shape">How large it is; its last Service is headless.</param>
    public SampleCluster(ClusterShape shape)
    {
        _shape = shape;
        Spaces = new ServedKind(
            "/api/v1/namespaces", "Namespace", "v1", Enumerable.Range(0, Namespaces).Select(SpaceOf).Prepend("kube-system").Select(ObjectTexts.Namespace));
        Services = new ServedKind("/api/v1/services", "Service", "v1", []);
        Slices = new ServedKind("/apis/discovery.k8s.io/v1/endpointslices", "EndpointSlice", "discovery.k8s.io/v1", []);
        Pods = new ServedKind("/api/v1/pods", "Pod", "v1", []);
        int endpoint = 0;
        for (int service = 0; service < shape.Services; service++)
        {
            AddService(service, ref endpoint);
        }
    }

    /// <summary>Its namespaces, <c>kube-system</c> the first.</summary>
    public ServedKind Spaces { get; }

    /// <summary>Its Services.</summary>
    public ServedKind Services { get; }

    /// <summary>Its EndpointSlices.</summary>
    public ServedKind Slices { get; }

    /// <summary>Its Pods.</summary>
    public ServedKind Pods { get; }

    /// <summary>All that a server serves.</summary>
    public IReadOnlyList<ServedKind> Kinds => [Spaces, Services, Slices, Pods];

    /// <summary>What is true of the Service with an address, of the headless one and of the Pod that stand last in their lists.</summary>
    public IReadOnlyList<(SoakQuestion Question, string Answer)> LastNames { get; private set; } = [];

    /// <summary>
    /// Changes what stands last in each list without telling, and has all watches end as expired: who knows of it has listed anew.
    /// </summary>
    public void ForceRelist()
    {
        int number = _shape.Services - 2;
        Services.Change(_lastService, version => ObjectTexts.Service(SpaceOf(number), NameOf(number), version, MovedService), isTold: false);
        (string old, string pod, string hostname) = _lastEndpoints[^1];
        _lastEndpoints[^1] = (MovedPod, pod, hostname);
        number = _shape.Services - 1;
        Slices.Change(
            _lastSlice, version => ObjectTexts.Slice(SpaceOf(number), SliceName(number, 0), NameOf(number), version, _lastEndpoints), isTold: false);
        if (_shape.HasPods)
        {
            Pods.Change(_lastPod, version => PodText.Render(SpaceOf(number), pod, NameOf(number), MovedPod, version), isTold: false);
        }

        LastNames = DescribeLast(MovedService, MovedPod);
        if (_shape.HasPods)
        {
            LastNames = [.. LastNames, (PodQuestion(number, old), AnswerText.Missing)];
        }

        foreach (ServedKind kind in Kinds)
        {
            kind.Expire();
        }
    }

    /// <summary>The namespace of a Service.</summary>
    public static string SpaceOf(int service) => Text($"team-{service % Namespaces}");

    /// <summary>The address of a Service.</summary>
    public static string AddressOf(int service) => Text($"172.{16 + (service >> 16)}.{(service >> 8) & 255}.{service & 255}");

    private static string NameOf(int service) => Text($"web-{service}");

    private static string SliceName(int service, int slice) => Text($"web-{service}-{slice}x7k2p");

    private static string EndpointAddress(int endpoint) => Text($"10.{128 + (endpoint >> 16)}.{(endpoint >> 8) & 255}.{endpoint & 255}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static bool IsHeadless(int service) => service % 10 == FirstOfHeadless;

    private static SoakQuestion PodQuestion(int service, string address)
        => new(Text($"{address.Replace('.', '-')}.{SpaceOf(service)}.pod.cluster.local."), RecordType.A);

    private void AddService(int number, ref int endpoint)
    {
        string space = SpaceOf(number);
        string name = NameOf(number);
        bool isHeadless = IsHeadless(number);
        int place = Services.Add(ObjectTexts.Service(space, name, version: 900, isHeadless ? [] : [AddressOf(number)]));
        _lastService = number == _shape.Services - 2 ? place : _lastService;
        int count = _shape.CountEndpoints(number);
        for (int slice = 0; slice * SliceLength < count; slice++)
        {
            _lastEndpoints = new (string, string, string)[Math.Min(SliceLength, count - (slice * SliceLength))];
            for (int i = 0; i < _lastEndpoints.Length; i++, endpoint++)
            {
                string pod = isHeadless ? Text($"{name}-{i}") : Text($"{name}-6d4cf56db6-{endpoint:x5}");
                _lastEndpoints[i] = (EndpointAddress(endpoint), pod, isHeadless ? pod : "");
                if (_shape.HasPods)
                {
                    _lastPod = Pods.Add(PodText.Render(space, pod, name, EndpointAddress(endpoint), version: 900));
                }
            }

            _lastSlice = Slices.Add(ObjectTexts.Slice(space, SliceName(number, slice), name, version: 900, _lastEndpoints));
        }

        if (number == _shape.Services - 1)
        {
            LastNames = DescribeLast(AddressOf(number - 1), _lastEndpoints[^1].Address);
        }
    }

    private (SoakQuestion Question, string Answer)[] DescribeLast(string serviceAddress, string podAddress)
    {
        int last = _shape.Services - 1;
        List<(SoakQuestion Question, string Answer)> names =
        [
            (new SoakQuestion(Text($"{NameOf(last - 1)}.{SpaceOf(last - 1)}.svc.cluster.local."), RecordType.A), AnswerText.Of(serviceAddress)),
            (new SoakQuestion(Text($"{NameOf(last)}.{SpaceOf(last)}.svc.cluster.local."), RecordType.A),
                AnswerText.Of(_lastEndpoints.Select(static endpoint => endpoint.Address))),
        ];
        if (_shape.HasPods)
        {
            names.Add((PodQuestion(last, podAddress), AnswerText.Of(podAddress)));
        }

        return [.. names];
    }
}
