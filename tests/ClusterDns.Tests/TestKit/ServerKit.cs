using System.Net;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Server.Serving;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.TestKit;

/// <summary>A whole configuration without a socket: the Corefile's text in, then bytes in and bytes out.</summary>
internal sealed class ServerKit : ILogOutput
{
    private static readonly NetworkEndpoint Client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));

    public ServerKit(string corefile, ILogOutput? logOutput = null)
    {
        ServerModel? model = InMemoryServer.TryBuild(corefile, logOutput ?? this, Metrics, Time, Diagnostics);
        Assert.True(model is not null, string.Join('\n', Diagnostics.Errors));
        Model = model;
    }

    public ServerModel Model { get; }

    public DiagnosticBag Diagnostics { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public List<string> Log { get; } = [];

    /// <summary>What is wrong with a Corefile that cannot be built.</summary>
    public static IReadOnlyList<string> FindErrors(string corefile)
    {
        DiagnosticBag diagnostics = new();
        Assert.Null(InMemoryServer.TryBuild(corefile, NoLog.Instance, new MetricRegistry(), TimeProvider.System, diagnostics));
        return [.. diagnostics.Errors.Select(static error => error.ToString())];
    }

    /// <summary>Asks the first listener, and gives the code and the answer section as text, a line for each record.</summary>
    public string Ask(string name, RecordType type = RecordType.A)
    {
        Query query = new Exchange().Query;
        int length = WriteQuery(query.Exchange.RequestBuffer, name, type);
        ValueTask<bool> task = Model.Listeners[0].Pipeline.HandleAsync(query.Exchange, length, TransportProtocol.Udp, in Client, in Client, null);
        Assert.True(task.IsCompletedSuccessfully && task.GetAwaiter().GetResult());
        StringBuilder text = new(ResponseCodes.ToText(query.Response.Code));
        foreach (ResponseRecord record in query.Response.Answers.Span)
        {
            ReadOnlySpan<byte> owner = record.OwnerSource is null ? query.QuestionName : record.Owner;
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"\n{DomainName.ToText(owner)} {record.TimeToLive} {RecordTypes.ToText(record.Type)} {RdataText.ToText(record.Type, record.Rdata)}");
        }

        return text.ToString();
    }

    public static int WriteQuery(Span<byte> destination, string name, RecordType type)
    {
        WireWriter writer = new(destination);
        writer.TryWriteHeader(new DnsHeader { Id = 1, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse(name), type, RecordClass.IN);
        return writer.Length;
    }

    bool ILogOutput.TryWriteLine(ReadOnlySpan<byte> line)
    {
        Log.Add(Encoding.UTF8.GetString(line));
        return true;
    }
}
