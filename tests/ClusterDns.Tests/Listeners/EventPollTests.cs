using System.Net;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Listeners.Udp;

namespace ClusterDns.Tests.Listeners;

public sealed class EventPollTests
{
    [LinuxFact]
    public void Second_disposal_closes_no_descriptor_of_others()
    {
        EventPoll poll = new();
        poll.Dispose();
        NativeUdpSocket[] sockets = [.. Enumerable.Range(0, 64).Select(static _ => NativeUdpSocket.OpenAlone(new IPEndPoint(IPAddress.Loopback, 0)))];

        poll.Dispose();

        Assert.All(sockets, static socket => Assert.NotEqual(0, socket.Handle.GetLocalEndpoint().Port));
        Array.ForEach(sockets, static socket => socket.Handle.Dispose());
    }

    [LinuxFact]
    public void Descriptor_that_is_removed_causes_no_more_events()
    {
        NativeUdpSocket socket = NativeUdpSocket.OpenAlone(new IPEndPoint(IPAddress.Loopback, 0));
        using EventPoll poll = new();
        using UdpTestClient client = new(socket.Local.ToIPEndPoint());
        poll.Add(socket.Handle.Descriptor, 1);
        client.Send(ScriptedPipeline.Sync, 1);
        Assert.Equal(1, poll.Wait(milliseconds: 20_000));

        poll.Remove(socket.Handle.Descriptor);
        Assert.Equal(0, poll.Wait(milliseconds: 0));

        poll.Add(socket.Handle.Descriptor, 1);
        Assert.Equal(1, poll.Wait(milliseconds: 0));
        socket.Handle.Dispose();
    }
}
