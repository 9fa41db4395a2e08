using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Scenarios;

/// <summary>
/// Runs one case: a server on the loopback interface, a scripted upstream, and time that the case moves. The steps:
/// <list type="bullet">
/// <item><c>corefile</c>: the indented lines are those of the one server block; UPSTREAM stands for the upstream, FILE for the next step's file.</item>
/// <item><c>file</c>: the indented lines are a file.</item>
/// <item><c>corefile-error TEXT</c>: the same, with a server block that is rejected by a message that contains the text.</item>
/// <item><c>upstream NAME TYPE [udp|tcp] [silent|hold|cut] [once]</c>: what the upstream replies.</item>
/// <item><c>client NAME TYPE OPTIONS</c>: asks, and compares the answer with the indented lines.</item>
/// <item><c>send LABEL NAME TYPE OPTIONS</c>, <c>receive LABEL</c>: the same in two steps.</item>
/// <item><c>drip CONNECTION</c>: sends a long message at one octet a second until the connection is closed, which it must be before its end.</item>
/// <item><c>release NAME</c>: sends what the upstream held.</item>
/// <item><c>upstream-got</c>: compares the last query that the upstream got with the indented lines.</item>
/// <item><c>advance TIME</c>, <c>until-asked N</c>, <c>asked N</c>, <c>distinct-ids N</c>, <c>ports-at-least N</c>, <c>connections N</c> (all that
/// the upstream accepted), <c>closed CONNECTION</c>.</item>
/// </list>
/// Options of a question: tcp, conn X, edns SIZE, do, cd, ad, z, no-rd, version N, option CODE HEX, option-octets HEX, edns-z, class NAME, opcode N, id N,
/// no-question, two-questions, name-octets HEX, two-opts, opt-owner NAME, extra (a record in the additional section), in-pieces, at ADDRESS, and, sent
/// from the same port before it: behind HEX, behind-response.
/// </summary>
internal sealed class ScenarioRun : IAsyncDisposable
{
    private readonly MetricRegistry _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScenarioUpstream _upstream = new();
    private readonly UpstreamFactory _factory;
    private readonly List<IDisposable> _clients = [];
    private readonly Dictionary<string, Connection> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<Task<ScenarioAnswer>>> _sent = new(StringComparer.Ordinal);
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
            case "corefile-error":
                ExpectErrors(step);
                break;
            case "file":
                _file = Path.GetTempFileName() + ".yaml";
                await File.WriteAllLinesAsync(_file, step.Details.Select(static line => line.Rest(0)));
                break;
            case "upstream":
                _upstream.Add(step);
                break;
            case "client":
                (await (await SendAsync(step, 1))()).Check(step);
                break;
            case "send":
                _sent[step.Word(1)] = await SendAsync(step, 2);
                break;
            case "receive":
                (await GetSent(step)()).Check(step);
                break;
            case "drip":
                await DripAsync(step);
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
            case "ports-at-least":
                Expect(step, Math.Min(_upstream.Ports, Number(step, 1)), Number(step, 1));
                break;
            case "connections":
                Expect(step, _upstream.Server.Connections, Number(step, 1));
                break;
            case "upstream-got":
                new ScenarioAnswer(_upstream.LastQuery ?? throw step.Error("the upstream got no query")).Check(step);
                break;
            case "closed":
                Expect(step, await _connections[step.Word(1)].Client.IsClosedAsync() ? 1 : 0, 1);
                break;
            default:
                throw step.Error($"unknown word '{step.Words[0]}'");
        }
    }

    private ServerModel? TryBuild(ScenarioLine step, DiagnosticBag diagnostics)
    {
        string text = string.Join('\n', step.Details.Select(static line => line.Rest(0)))
            .Replace("UPSTREAM", _upstream.Server.Endpoint.ToString(), StringComparison.Ordinal)
            .Replace("FILE", _file, StringComparison.Ordinal);
        return InMemoryServer.TryBuild($". {{\n{text}\n}}\n", NoLog.Instance, _metrics, _time, diagnostics, _factory);
    }

    private void ExpectErrors(ScenarioLine step)
    {
        DiagnosticBag diagnostics = new();
        _model = TryBuild(step, diagnostics);
        string errors = string.Join('\n', diagnostics.Errors);
        if (_model is not null || !errors.Contains(step.Rest(1), StringComparison.Ordinal))
        {
            throw step.Error($"got '{errors}', expected an error with '{step.Rest(1)}'");
        }
    }

    private async Task StartAsync(ScenarioLine step)
    {
        DiagnosticBag diagnostics = new();
        _model = TryBuild(step, diagnostics) ?? throw step.Error(string.Join('\n', diagnostics.Errors));
        foreach (IHostService service in _model.Services)
        {
            await service.StartAsync(CancellationToken.None);
        }

        _listener = DnsListener.Open(
            new ListenerOptions { Port = 0, Addresses = [IPAddress.Any], Workers = 1 }, TestServices.Create(_metrics, _time, waitLimit: 1000));
        _listener.Start(_model.Listeners[0].Pipeline);
    }

    /// <summary>Sends a question, and gives what waits for its answer.</summary>
    private async Task<Func<Task<ScenarioAnswer>>> SendAsync(ScenarioLine step, int first)
    {
        ScenarioQuestion question = ScenarioQuestion.Parse(step, first, _id++);
        IPAddress address = question.Server ?? IPAddress.Loopback;
        if (question.Connection is null)
        {
            UdpTestClient datagrams = new(new IPEndPoint(address, GetPort(step)));
            _clients.Add(datagrams);
            foreach (byte[] datagram in question.Before)
            {
                datagrams.Send(datagram);
            }

            datagrams.Send(question.Message);
            return async () => new ScenarioAnswer(await datagrams.ReceiveAsync()).Answers(step, question.Message);
        }

        Connection connection = await ConnectAsync(step, question.Connection, address);

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

        return async () => new ScenarioAnswer(await connection.ReceiveAsync(question.Id)).Answers(step, question.Message);
    }

    private Func<Task<ScenarioAnswer>> GetSent(ScenarioLine step) => _sent.GetValueOrDefault(step.Word(1)) ?? throw step.Error($"nothing was sent as {step.Word(1)}");

    private async Task DripAsync(ScenarioLine step)
    {
        const int prefix = 2;
        TcpTestClient client = (await ConnectAsync(step, step.Word(1), IPAddress.Loopback)).Client;
        byte[] frame = TestQuery.Frame(new byte[60]);
        for (int i = 0; i < prefix + 50 && !client.Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead); i++)
        {
            await client.SendAsync(frame[i..(i + 1)]);
            _time.Advance(TimeSpan.FromSeconds(1));

            // An answer over a connection of its own says that the server has had the time to read the octet.
            using TcpTestClient other = new(AddressFamily.InterNetwork, receiveBuffer: null);
            await other.ConnectAsync(new IPEndPoint(IPAddress.Loopback, GetPort(step)));
            await other.SendAsync(TestQuery.Frame(ScenarioRecords.Message(1, 0, ScenarioRecords.Question("one.test.", RecordType.A, RecordClass.IN), [], [], [])));
            Assert.NotNull(await other.ReceiveAsync());
        }

        Expect(step, client.Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && await client.IsClosedAsync() ? 1 : 0, 1);
    }

    private int GetPort(ScenarioLine step) => (_listener ?? throw step.Error("no corefile before")).BoundEndpoints[0].Port;

    /// <summary>A connection by its name; opened when it is first named.</summary>
    private async Task<Connection> ConnectAsync(ScenarioLine step, string name, IPAddress address)
    {
        if (!_connections.TryGetValue(name, out Connection? connection))
        {
            TcpTestClient stream = new(AddressFamily.InterNetwork, receiveBuffer: null);
            _clients.Add(stream);
            await stream.ConnectAsync(new IPEndPoint(address, GetPort(step)));
            _connections[name] = connection = new Connection(stream);
        }

        return connection;
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
