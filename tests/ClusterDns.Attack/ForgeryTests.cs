using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Attack.TestKit;
using ClusterDns.Core.Wire;

namespace ClusterDns.Attack;

/// <summary>
/// A forger who knows the upstream's address and port, the range of the server's ports, and the names that are asked, and sends a million replies.
/// By chance alone a pair of port and ID is hit once in some 10^9 replies for each pair that is open.
/// </summary>
public sealed class ForgeryTests
{
    private const int Forgeries = 1_000_000;
    private const byte Honest = 1;
    private const byte Forged = 66;

    private static readonly (int Low, int High) Range = ReadRange();

    /// <summary>4,000 clients ask one name while the upstream is silent: a birthday attack, unless they share one query.</summary>
    [AttackFact]
    public async Task Four_thousand_clients_that_ask_one_name_give_a_forger_no_more_chances_than_one()
    {
        ConcurrentDictionary<(int Port, int Id), bool> pairs = [];
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, from) =>
            {
                pairs[(from.Port, Message.IdOf(query))] = true;
                return [];
            },
        };
        using AttackedServer server = await StartAsync(upstream);

        Task<byte[]?>[] asked = [.. Enumerable.Range(0, 4000).Select(i => Client.AskAsync(server.Port, Message.Query("bank.test.", RecordType.A, i), TimeSpan.FromSeconds(6)))];
        await Task.Delay(100);
        await ForgeAsync(upstream, static _ => "bank.test.");
        await Task.WhenAll(asked);

        Assert.DoesNotContain(asked, static answer => IsForged(answer.Result));

        // Two pairs are open at a time; within the six seconds they change with each retransmission, attempt and doubted reply.
        Assert.InRange(pairs.Count, 1, 100);
        Assert.False(IsForged(await Client.AskAsync(server.Port, Message.Query("bank.test."), TimeSpan.FromSeconds(3))));
    }

    [AttackFact]
    public async Task Four_thousand_names_of_one_zone_let_no_forgery_in()
    {
        using ScriptedPeer upstream = new() { OnDatagram = static (_, _) => [] };
        using AttackedServer server = await StartAsync(upstream);

        Task<byte[]?>[] asked = [.. Enumerable.Range(0, 4000).Select(i => Client.AskAsync(server.Port, Message.Query($"r{i}.bank.test.", RecordType.A, i), TimeSpan.FromSeconds(6)))];
        await Task.Delay(100);
        await ForgeAsync(upstream, static i => $"r{i % 4000}.bank.test.");
        await Task.WhenAll(asked);

        Assert.DoesNotContain(asked, static answer => IsForged(answer.Result));
    }

    /// <summary>The forger fires while a query is retransmitted, and then while it is asked over TCP because the reply was truncated.</summary>
    [AttackTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_forger_is_not_believed_during_retransmission_or_the_way_over_TCP(bool isTruncated)
    {
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, _) => isTruncated ? [Message.Truncated(query)] : [],
            OnConnection = static connection => connection.AnswerAllAsync(static async query =>
            {
                await Task.Delay(1500);
                return Message.Address(query, Honest);
            }),
        };
        using AttackedServer server = await StartAsync(upstream);

        using CancellationTokenSource over = new();
        Task asking = Task.Run(async () =>
        {
            for (int i = 0; !over.IsCancellationRequested; i++)
            {
                Assert.False(IsForged(await Client.AskAsync(server.Port, Message.Query("bank.test.", RecordType.A, i), TimeSpan.FromMilliseconds(500))));
            }
        });
        await ForgeAsync(upstream, static _ => "bank.test.");
        await over.CancelAsync();
        await asking;

        Assert.False(IsForged(await Client.AskAsync(server.Port, Message.Query("bank.test."), TimeSpan.FromSeconds(6))));
    }

    /// <summary>A forger who knows one port of the server, and tries every ID on it: the port is given up before the IDs are through.</summary>
    [AttackFact]
    public async Task A_port_that_gets_too_many_wrong_replies_is_given_up()
    {
        IPEndPoint? known = null;
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, from) =>
            {
                Interlocked.CompareExchange(ref known, from, null);
                return Message.NameOf(query).StartsWith("bank", StringComparison.Ordinal) ? [] : [Message.Address(query)];
            },
        };
        using AttackedServer server = await StartAsync(upstream);
        Task<byte[]?>[] asked = [.. Enumerable.Range(0, 50).Select(i => Client.AskAsync(server.Port, Message.Query($"bank{i}.test.", RecordType.A, i), TimeSpan.FromSeconds(5)))];
        await server.UntilAsync(() => Task.FromResult(Volatile.Read(ref known) is not null), "asked");

        // Not the right ID, which one in 65,536 is: what is counted is that the port is closed after some.
        byte[] forgery = Message.Address(Message.Query("nobody.test."), Forged);
        for (int id = 0; id < 65536; id++)
        {
            forgery[0] = (byte)(id >> 8);
            forgery[1] = (byte)id;
            TrySend(upstream.Datagram, forgery, known!);
        }

        await Task.WhenAll(asked);
        server.AssertAlive();
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("after.test."));
        Assert.DoesNotContain(asked, static answer => IsForged(answer.Result));
    }

    private static Task<AttackedServer> StartAsync(ScriptedPeer upstream)
        => AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n cache 3600\n forward . {upstream.Address}\n}}\n");

    private static bool IsForged(byte[]? answer) => answer is not null && Message.CodeOf(answer) == ResponseCode.NoError && answer[^1] == Forged && answer[7] > 0;

    private static Task ForgeAsync(ScriptedPeer upstream, Func<int, string> name) => Task.Run(() =>
    {
        Random random = new(3);
        byte[][] forgeries = [.. Enumerable.Range(0, 4000).Select(i => Message.Address(Message.Query(name(i)), Forged, 86400))];
        IPEndPoint to = new(IPAddress.Loopback, 0);
        for (int i = 0; i < Forgeries; i++)
        {
            byte[] forgery = forgeries[i % forgeries.Length];
            forgery[0] = (byte)random.Next(256);
            forgery[1] = (byte)random.Next(256);
            to.Port = random.Next(Range.Low, Range.High + 1);
            TrySend(upstream.Datagram, forgery, to);
        }
    });

    private static void TrySend(Socket socket, byte[] datagram, IPEndPoint to)
    {
        try
        {
            socket.SendTo(datagram, to);
        }
        catch (SocketException)
        {
            // Nobody has the port: the kernel says so.
        }
    }

    private static (int Low, int High) ReadRange()
    {
        const string file = "/proc/sys/net/ipv4/ip_local_port_range";
        if (!File.Exists(file))
        {
            return (32768, 60999);
        }

        int[] ports = [.. File.ReadAllText(file).Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(static port => int.Parse(port, System.Globalization.CultureInfo.InvariantCulture))];
        return (ports[0], ports[1]);
    }
}
