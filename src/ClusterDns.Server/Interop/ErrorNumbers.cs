using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ClusterDns.Server.Interop;

/// <summary>The values of <c>errno</c> that are distinguished; equal on x64 and arm64 Linux, glibc and musl.</summary>
internal static class ErrorNumbers
{
    internal const int NotPermitted = 1;
    internal const int Interrupted = 4;
    internal const int BadDescriptor = 9;
    internal const int WouldBlock = 11;
    internal const int OutOfMemory = 12;
    internal const int AccessDenied = 13;
    internal const int InvalidArgument = 22;
    internal const int NotASocket = 88;
    internal const int MessageTooLong = 90;
    internal const int FamilyNotSupported = 97;
    internal const int AddressInUse = 98;
    internal const int AddressNotAvailable = 99;
    internal const int NetworkUnreachable = 101;
    internal const int NoBuffers = 105;
    internal const int ConnectionRefused = 111;
    internal const int HostUnreachable = 113;

    /// <summary>The exception for what the last call on this thread set, in the terms of the runtime's own sockets.</summary>
    internal static SocketException LastError()
    {
        int error = Marshal.GetLastPInvokeError();
        SocketError code = error switch
        {
            AccessDenied or NotPermitted => SocketError.AccessDenied,
            FamilyNotSupported => SocketError.AddressFamilyNotSupported,
            AddressInUse => SocketError.AddressAlreadyInUse,
            AddressNotAvailable => SocketError.AddressNotAvailable,
            NetworkUnreachable => SocketError.NetworkUnreachable,
            HostUnreachable => SocketError.HostUnreachable,
            _ => SocketError.SocketError,
        };
        return new SocketException((int)code, Marshal.GetPInvokeErrorMessage(error));
    }
}
