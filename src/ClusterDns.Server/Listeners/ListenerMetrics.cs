using ClusterDns.Core.Metrics;

namespace ClusterDns.Server.Listeners;

/// <summary>What listeners count. Every counter is made once, so that counting is one instruction.</summary>
internal sealed class ListenerMetrics
{
    /// <summary>Makes the counters of a registry, or finds them.</summary>
    internal ListenerMetrics(MetricRegistry registry)
    {
        CounterFamily udp = registry.Counters(
            "clusterdns_udp_dropped_total", "Counter of datagrams that were dropped, by reason.", "reason");
        Short = udp.With("short");
        UdpFailed = udp.With("failure");
        ReceiveBuffer = udp.With("receive_buffer");
        SendBlocked = udp.With("send_blocked");
        SendNoBuffers = udp.With("no_buffers");
        SendNotPermitted = udp.With("not_permitted");
        SendTooLarge = udp.With("too_large");
        SendUnreachable = udp.With("unreachable");
        SendFailed = udp.With("send_error");
        ReceiveFailed = registry.Counter("clusterdns_udp_receive_errors_total", "Counter of failed receives from UDP sockets.");
        Oversized = registry.Counter(
            "clusterdns_udp_oversized_total", "Counter of datagrams that were truncated because they were longer than the receive buffer.");

        Connections = registry.Counter("clusterdns_tcp_connections_total", "Counter of accepted TCP connections.");
        CounterFamily tcp = registry.Counters(
            "clusterdns_tcp_dropped_total", "Counter of TCP connections that the server closed, and of queries that failed on them, by reason.", "reason");
        ConnectionLimit = tcp.With("connection_limit");
        MadeRoom = tcp.With("made_room");
        SlowReader = tcp.With("slow_reader");
        OutputLimit = tcp.With("output_limit");
        BadFrame = tcp.With("bad_frame");
        ReadTimeout = tcp.With("read_timeout");
        WriteTimeout = tcp.With("write_timeout");
        TcpFailed = tcp.With("failure");
        DrainTimeout = tcp.With("drain_timeout");
        AcceptFailed = registry.Counter("clusterdns_tcp_accept_errors_total", "Counter of failed accepts on TCP sockets.");
    }

    /// <summary>Datagrams shorter than a DNS header.</summary>
    internal Counter Short { get; }

    /// <summary>Datagrams on which the pipeline threw.</summary>
    internal Counter UdpFailed { get; }

    /// <summary>Datagrams for which the kernel's receive buffer had no room.</summary>
    internal Counter ReceiveBuffer { get; }

    /// <summary>Answers for which the send buffer had no room (EAGAIN).</summary>
    internal Counter SendBlocked { get; }

    /// <summary>Answers for which the kernel had no memory (ENOBUFS, ENOMEM).</summary>
    internal Counter SendNoBuffers { get; }

    /// <summary>Answers that a firewall refused (EPERM, EACCES).</summary>
    internal Counter SendNotPermitted { get; }

    /// <summary>Answers that were too large for the path (EMSGSIZE).</summary>
    internal Counter SendTooLarge { get; }

    /// <summary>Answers without a route back (ENETUNREACH, EHOSTUNREACH).</summary>
    internal Counter SendUnreachable { get; }

    /// <summary>Answers that could not be sent for another reason.</summary>
    internal Counter SendFailed { get; }

    /// <summary>Receives that failed.</summary>
    internal Counter ReceiveFailed { get; }

    /// <summary>Datagrams that were longer than the buffer; they are handled as far as they were kept.</summary>
    internal Counter Oversized { get; }

    /// <summary>Connections that were accepted.</summary>
    internal Counter Connections { get; }

    /// <summary>Connections over the limit for which no other one could be closed.</summary>
    internal Counter ConnectionLimit { get; }

    /// <summary>Connections that were closed to make room for another: the one that rested longest, of the client that holds most.</summary>
    internal Counter MadeRoom { get; }

    /// <summary>Connections that were closed because memory for queued answers was exhausted: the one unread longest first.</summary>
    internal Counter SlowReader { get; }

    /// <summary>Connections that were closed because one client asked for more unread answers than a connection may hold.</summary>
    internal Counter OutputLimit { get; }

    /// <summary>Connections that sent a frame too short to be a message.</summary>
    internal Counter BadFrame { get; }

    /// <summary>Connections that took too long over a message.</summary>
    internal Counter ReadTimeout { get; }

    /// <summary>Connections that left their answers unread.</summary>
    internal Counter WriteTimeout { get; }

    /// <summary>Queries on streams on which the pipeline threw.</summary>
    internal Counter TcpFailed { get; }

    /// <summary>Connections that were still busy when the time to stop was over.</summary>
    internal Counter DrainTimeout { get; }

    /// <summary>Accepts that failed.</summary>
    internal Counter AcceptFailed { get; }
}
