using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>
/// A datagram's query: beside the context, pinned room for the sender's address and for the control message that says which
/// address was asked. The kernel writes both here, and reads them from here when the answer goes out.
/// </summary>
internal sealed unsafe class NativeUdpQuery(ListenerCore core, QueryPool<NativeUdpQuery> pool) : ListenerQuery(core)
{
    private const int ControlOffset = 32;
    private const int MemorySize = 96;

    private readonly byte[] _memory = GC.AllocateArray<byte>(MemorySize, pinned: true);
    private uint _nameLength;
    private nuint _controlLength;
    private NativeUdpSocket? _socket;

    /// <inheritdoc/>
    protected override Counter FailureCounter => Core.Metrics.UdpFailed;

    private byte* Name => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));

    private byte* Control => Name + ControlOffset;

    /// <summary>Points a message header to where the next datagram is to be written.</summary>
    internal void PrepareReceive(MessageHeader* header, IoVector* vector)
    {
        vector->Base = Address(Exchange.RequestBuffer);
        vector->Length = Exchange.KeptRequestSize;
        header->Name = Name;
        header->NameLength = SocketAddressBytes.MaxLength;
        header->Vectors = vector;
        header->VectorCount = 1;
        header->Control = Control;
        header->ControlLength = MemorySize - ControlOffset;
        header->Flags = 0;
    }

    /// <summary>Takes in the addresses of a datagram that came.</summary>
    /// <param name="header">The header that the kernel filled.</param>
    /// <param name="socket">The socket it came from.</param>
    /// <param name="local">The address that was asked.</param>
    /// <param name="remote">Who asked.</param>
    internal void ReadAddresses(MessageHeader* header, NativeUdpSocket socket, out NetworkEndpoint local, out NetworkEndpoint remote)
    {
        _socket = socket;
        _nameLength = header->NameLength;
        _controlLength = 0;
        remote = SocketAddressBytes.Read(Name);
        local = socket.Local;
        if (socket.IsWildcard && PacketInfo.TryTurnAround(Control, header->ControlLength, socket.Local.Port, ref local))
        {
            _controlLength = header->ControlLength;
        }
    }

    /// <summary>Points a message header to the answer.</summary>
    internal void PrepareSend(MessageHeader* header, IoVector* vector)
    {
        vector->Base = Address(Exchange.ResponseBuffer) + ResponseWriter.FramePrefix;
        vector->Length = (nuint)Exchange.ResponseLength;
        header->Name = Name;
        header->NameLength = _nameLength;
        header->Vectors = vector;
        header->VectorCount = 1;
        header->Control = _controlLength == 0 ? null : Control;
        header->ControlLength = _controlLength;
        header->Flags = 0;
    }

    /// <inheritdoc/>
    protected override void OnWaiting()
    {
        bool added = false;
        _socket!.Handle.DangerousAddRef(ref added);
    }

    /// <inheritdoc/>
    protected override void Finish(bool answered)
    {
        if (answered)
        {
            Send();
        }

        _socket!.Handle.DangerousRelease();
        pool.Return(this);
    }

    // The context's buffers are pinned for as long as they live, and this query keeps the context alive.
    private static byte* Address(byte[] pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));

    private void Send()
    {
        MessageHeader header = default;
        IoVector vector;
        PrepareSend(&header, &vector);
        while (SocketCalls.Send(_socket!.Handle.Descriptor, &header, SocketCalls.FlagDontWait | SocketCalls.FlagNoSignal) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != ErrorNumbers.Interrupted)
            {
                SendErrors.Count(Core.Metrics, error);
                return;
            }
        }
    }
}
