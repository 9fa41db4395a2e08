using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Listeners;
using ClusterDns.Serving;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using ClusterDns.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Scenarios;

/// <summary>
/// Runs one case: a server on the loopback interface, a scripted upstream, and time that the case moves. The steps:
/// <list type="bullet">
/// <item><c>corefile</c>: the indented lines are those of the one server block; UPSTREAM stands for the upstream, FILE for the next step's file.</item>
/// <item><c>file</c>: the indented lines are a file.</item>
/// <item><c>upstream NAME TYPE [udp|tcp] [silent|hold]</c>: what the upstream replies.</item>
/// <item><c>client NAME TYPE OPTIONS</c>: asks, and compares the answer with the indented lines.</item>
/// <item><c>send LABEL NAME TYPE OPTIONS</c>, <c>receive LABEL</c>: the same in two steps.</item>
/// <item><c>release NAME</c>: sends what the upstream held.</item>
/// <item><c>advance TIME</c>, <c>until-asked N</c>, <c>asked N</c>, <c>distinct-ids N</c>, <c>closed CONNECTION</c>.</item>
/// </list>
/// Options of a question: tcp, conn X, edns SIZE, do, cd, no-rd, version N, option CODE HEX, class NAME, opcode N, id N, no-question, two-opts, opt-owner
/// NAME, in-pieces.
/// </summary>
internal sealed class ScenarioRun : IAsyncDisposable
{
    private readonly MetricRegistry _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScenarioUpstream _upstream = new();
    private readonly UpstreamFactory _factory;
    private readonly List<IDisposable> _clients = [];
    private readonly Dictionary<string, Connection> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<Task<byte[]>>> _sent = new(StringComparer.Ordinal);
    private ServerModel? _model;
    private DnsListener? _listener;
    private string? _file;
    private int _id = 100;

    private ScenarioRun() => _factory = new UpstreamFactory(_metrics, _time);

    /// <summary>Runs a case.</summary>
    /// <exception cref="ScenarioException">Something is not as expected.</exception>
    public static async Task RunAsync(ScenarioCase scenario)
    {
        await using ScenarioRun run = new();
        foreach (ScenarioLine step in scenario.Steps)
        {
            try
            {
                await run.StepAsync(step);
            }
            catch (Exception exception) when (exception is not ScenarioException)
            {
                throw new ScenarioException($"line {step.Number}: {exception.Message}", exception);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(static client => client.Dispose());
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        foreach (IHostService service in _model?.Services ?? [])
        {
            await service.StopAsync(CancellationToken.None);
        }

        _upstream.Dispose();
        _factory.Dispose();
        if (_file is not null)
        {
            File.Delete(_file);
        }
    }

    private async Task StepAsync(ScenarioLine step)
    {
        switch (step.Words[0])
        {
            case "corefile":
                await StartAsync(step);
                break;
            case "file":
                _file = Path.GetTempFileName() + ".yaml";
                await File.WriteAllLinesAsync(_file, step.Details.Select(static line => line.Rest(0)));
                break;
            case "upstream":
                _upstream.Add(step);
                break;
            case "client":
                new ScenarioAnswer(await (await SendAsync(step, 1))()).Check(step);
                break;
            case "send":
                _sent[step.Word(1)] = await SendAsync(step, 2);
                break;
            case "receive":
                new ScenarioAnswer(await (_sent.GetValueOrDefault(step.Word(1)) ?? throw step.Error($"nothing was sent as {step.Word(1)}"))()).Check(step);
                break;
            case "release":
                _upstream.Release(step);
                break;
            case "advance":
                _time.Advance(ParseTime(step));
                break;
            case "until-asked":
                await TestListener.UntilAsync(() => _upstream.Asked >= Number(step, 1));
                break;
            case "asked":
                Expect(step, _upstream.Asked, Number(step, 1));
                break;
            case "distinct-ids":
                Expect(step, _upstream.Ids, Number(step, 1));
                break;
            case "closed":
                Expect(step, await _connections[step.Word(1)].Client.IsClosedAsync() ? 1 : 0, 1);
                break;
            default:
                throw step.Error($"unknown word '{step.Words[0]}'");
        }
    }

    private async Task StartAsync(ScenarioLine step)
    {
        string text = string.Join('\n', step.Details.Select(static line => line.Rest(0)))
            .Replace("UPSTREAM", _upstream.Server.Endpoint.ToString(), StringComparison.Ordinal)
            .Replace("FILE", _file, StringComparison.Ordinal);
        DiagnosticBag diagnostics = new();
        _model = InMemoryServer.TryBuild($". {{\n{text}\n}}\n", NoLog.Instance, _metrics, _time, diagnostics, _factory)
            ?? throw step.Error(string.Join('\n', diagnostics.Errors));
        foreach (IHostService service in _model.Services)
        {
            await service.StartAsync(CancellationToken.None);
        }

        _listener = DnsListener.Open(
            new ListenerOptions { Port = 0, Addresses = [IPAddress.Loopback], Workers = 1 }, TestServices.Create(_metrics, _time, waitLimit: 1000));
        _listener.Start(_model.Listeners[0].Pipeline);
    }

    /// <summary>Sends a question, and gives what waits for its answer.</summary>
    private async Task<Func<Task<byte[]>>> SendAsync(ScenarioLine step, int first)
    {
        ScenarioQuestion question = ScenarioQuestion.Parse(step, first, _id++);
        IPEndPoint server = (_listener ?? throw step.Error("no corefile before")).BoundEndpoints[0];
        if (question.Connection is null)
        {
            UdpTestClient datagrams = new(server);
            _clients.Add(datagrams);
            datagrams.Send(question.Message);
            return datagrams.ReceiveAsync;
        }

        if (!_connections.TryGetValue(question.Connection, out Connection? connection))
        {
            TcpTestClient stream = new(AddressFamily.InterNetwork, receiveBuffer: null);
            _clients.Add(stream);
            await stream.ConnectAsync(server);
            _connections[question.Connection] = connection = new Connection(stream);
        }

        byte[] frame = TestQuery.Frame(question.Message);
        if (question.IsInPieces)
        {
            foreach (byte octet in frame)
            {
                await connection.Client.SendAsync([octet]);
            }
        }
        else
        {
            await connection.Client.SendAsync(frame);
        }

        return () => connection.ReceiveAsync(question.Id);
    }

    private static TimeSpan ParseTime(ScenarioLine step)
    {
        string time = step.Word(1);
        (double unit, string number) = time switch
        {
            [.., 'm', 's'] => (0.001, time[..^2]),
            [.., 's'] => (1, time[..^1]),
            [.., 'm'] => (60, time[..^1]),
            _ => throw step.Error($"'{time}' is no time, expected 200ms, 30s or 5m"),
        };
        return TimeSpan.FromSeconds(unit * double.Parse(number, CultureInfo.InvariantCulture));
    }

    private static int Number(ScenarioLine line, int word)
        => int.TryParse(line.Word(word), CultureInfo.InvariantCulture, out int number) ? number : throw line.Error($"'{line.Word(word)}' is no number");

    private static void Expect(ScenarioLine step, int got, int expected)
    {
        if (got != expected)
        {
            throw step.Error(string.Create(CultureInfo.InvariantCulture, $"got {got}, expected {expected}"));
        }
    }

    /// <summary>A connection on which answers may come in any order.</summary>
    private sealed class Connection(TcpTestClient client)
    {
        private readonly Dictionary<int, byte[]> _received = [];

        public TcpTestClient Client => client;

        public async Task<byte[]> ReceiveAsync(int id)
        {
            byte[]? message;
            while (!_received.Remove(id, out message))
            {
                byte[] next = await client.ReceiveAsync() ?? throw new IOException("the server has closed the connection");
                _received[TestQuery.GetId(next)] = next;
            }

            return message;
        }
    }
}
