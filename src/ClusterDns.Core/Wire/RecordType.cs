namespace ClusterDns.Core.Wire;

/// <summary>The type of a resource record or of a question (RFC 1035 3.2.2 and IANA's registry).</summary>
public enum RecordType : ushort
{
    /// <summary>An IPv4 address (RFC 1035 3.4.1).</summary>
    A = 1,

    /// <summary>An authoritative name server (RFC 1035 3.3.11).</summary>
    NS = 2,

    /// <summary>A mail destination, obsolete (RFC 1035 3.3.4).</summary>
    MD = 3,

    /// <summary>A mail forwarder, obsolete (RFC 1035 3.3.5).</summary>
    MF = 4,

    /// <summary>The canonical name of an alias (RFC 1035 3.3.1).</summary>
    CNAME = 5,

    /// <summary>The start of a zone of authority (RFC 1035 3.3.13).</summary>
    SOA = 6,

    /// <summary>A mailbox domain name (RFC 1035 3.3.3).</summary>
    MB = 7,

    /// <summary>A mail group member (RFC 1035 3.3.6).</summary>
    MG = 8,

    /// <summary>A mail rename domain name (RFC 1035 3.3.8).</summary>
    MR = 9,

    /// <summary>Anything at all (RFC 1035 3.3.10).</summary>
    NULL = 10,

    /// <summary>Well known services (RFC 1035 3.4.2).</summary>
    WKS = 11,

    /// <summary>A pointer to a domain name (RFC 1035 3.3.12).</summary>
    PTR = 12,

    /// <summary>Host information (RFC 1035 3.3.2).</summary>
    HINFO = 13,

    /// <summary>Mailbox information (RFC 1035 3.3.7).</summary>
    MINFO = 14,

    /// <summary>A mail exchange (RFC 1035 3.3.9).</summary>
    MX = 15,

    /// <summary>Text strings (RFC 1035 3.3.14).</summary>
    TXT = 16,

    /// <summary>The responsible person (RFC 1183 2.2).</summary>
    RP = 17,

    /// <summary>An AFS cell database (RFC 1183 1).</summary>
    AFSDB = 18,

    /// <summary>An X.25 address (RFC 1183 3.1).</summary>
    X25 = 19,

    /// <summary>An ISDN address (RFC 1183 3.2).</summary>
    ISDN = 20,

    /// <summary>Route through (RFC 1183 3.3).</summary>
    RT = 21,

    /// <summary>An NSAP address (RFC 1706 5).</summary>
    NSAP = 22,

    /// <summary>A pointer from an NSAP address (RFC 1706 6).</summary>
    NSAPPTR = 23,

    /// <summary>A signature, now of transactions only (RFC 2535 4, RFC 2931).</summary>
    SIG = 24,

    /// <summary>A public key (RFC 2535 3).</summary>
    KEY = 25,

    /// <summary>X.400 mail mapping (RFC 2163 4).</summary>
    PX = 26,

    /// <summary>A geographical position (RFC 1712 3).</summary>
    GPOS = 27,

    /// <summary>An IPv6 address (RFC 3596 2).</summary>
    AAAA = 28,

    /// <summary>A location (RFC 1876 2).</summary>
    LOC = 29,

    /// <summary>The next domain, obsolete (RFC 2535 5).</summary>
    NXT = 30,

    /// <summary>A Nimrod endpoint identifier.</summary>
    EID = 31,

    /// <summary>A Nimrod locator.</summary>
    NIMLOC = 32,

    /// <summary>A service's location (RFC 2782).</summary>
    SRV = 33,

    /// <summary>An ATM address.</summary>
    ATMA = 34,

    /// <summary>A naming authority pointer (RFC 3403 4).</summary>
    NAPTR = 35,

    /// <summary>A key exchanger (RFC 2230 3).</summary>
    KX = 36,

    /// <summary>A certificate (RFC 4398 2).</summary>
    CERT = 37,

    /// <summary>An IPv6 address in parts, obsolete (RFC 2874 3).</summary>
    A6 = 38,

    /// <summary>Redirection of a subtree (RFC 6672 2).</summary>
    DNAME = 39,

    /// <summary>The kitchen sink.</summary>
    SINK = 40,

    /// <summary>The EDNS pseudo-record (RFC 6891 6.1).</summary>
    OPT = 41,

    /// <summary>Address prefix lists (RFC 3123 4).</summary>
    APL = 42,

    /// <summary>A delegation signer (RFC 4034 5).</summary>
    DS = 43,

    /// <summary>An SSH key's fingerprint (RFC 4255 3).</summary>
    SSHFP = 44,

    /// <summary>An IPsec key (RFC 4025 2).</summary>
    IPSECKEY = 45,

    /// <summary>An RRset's signature (RFC 4034 3).</summary>
    RRSIG = 46,

    /// <summary>The next secure name (RFC 4034 4).</summary>
    NSEC = 47,

    /// <summary>A zone's public key (RFC 4034 2).</summary>
    DNSKEY = 48,

    /// <summary>A DHCP client's identity (RFC 4701 3).</summary>
    DHCID = 49,

    /// <summary>The next secure hashed name (RFC 5155 3).</summary>
    NSEC3 = 50,

    /// <summary>NSEC3 parameters (RFC 5155 4).</summary>
    NSEC3PARAM = 51,

    /// <summary>A TLS certificate association (RFC 6698 2).</summary>
    TLSA = 52,

    /// <summary>An S/MIME certificate association (RFC 8162 2).</summary>
    SMIMEA = 53,

    /// <summary>The host identity protocol (RFC 8005 5).</summary>
    HIP = 55,

    /// <summary>Zone status information.</summary>
    NINFO = 56,

    /// <summary>A resource's key.</summary>
    RKEY = 57,

    /// <summary>A trust anchor link.</summary>
    TALINK = 58,

    /// <summary>The child's DS (RFC 7344 3.1).</summary>
    CDS = 59,

    /// <summary>The child's DNSKEY (RFC 7344 3.2).</summary>
    CDNSKEY = 60,

    /// <summary>An OpenPGP key (RFC 7929 2).</summary>
    OPENPGPKEY = 61,

    /// <summary>Child to parent synchronisation (RFC 7477 2).</summary>
    CSYNC = 62,

    /// <summary>A zone's message digest (RFC 8976 2).</summary>
    ZONEMD = 63,

    /// <summary>Service binding (RFC 9460 2).</summary>
    SVCB = 64,

    /// <summary>Service binding for HTTPS (RFC 9460 9).</summary>
    HTTPS = 65,

    /// <summary>Discovery of generalized NOTIFY targets (RFC 9859).</summary>
    DSYNC = 66,

    /// <summary>A hierarchical host identity tag (RFC 9886).</summary>
    HHIT = 67,

    /// <summary>A broadcast remote identity (RFC 9886).</summary>
    BRID = 68,

    /// <summary>A sender policy, obsolete (RFC 7208 3.1).</summary>
    SPF = 99,

    /// <summary>User information, reserved.</summary>
    UINFO = 100,

    /// <summary>A user identifier, reserved.</summary>
    UID = 101,

    /// <summary>A group identifier, reserved.</summary>
    GID = 102,

    /// <summary>Unspecified, reserved.</summary>
    UNSPEC = 103,

    /// <summary>An ILNP node identifier (RFC 6742 2.1).</summary>
    NID = 104,

    /// <summary>A 32-bit ILNP locator (RFC 6742 2.2).</summary>
    L32 = 105,

    /// <summary>A 64-bit ILNP locator (RFC 6742 2.3).</summary>
    L64 = 106,

    /// <summary>A pointer to ILNP locators (RFC 6742 2.4).</summary>
    LP = 107,

    /// <summary>A 48-bit hardware address (RFC 7043 3).</summary>
    EUI48 = 108,

    /// <summary>A 64-bit hardware address (RFC 7043 4).</summary>
    EUI64 = 109,

    /// <summary>Compact denial: the name does not exist (RFC 9824 2).</summary>
    NXNAME = 128,

    /// <summary>A transaction key (RFC 2930 2).</summary>
    TKEY = 249,

    /// <summary>A transaction signature (RFC 8945 4.2).</summary>
    TSIG = 250,

    /// <summary>Asks for an incremental zone transfer (RFC 1995).</summary>
    IXFR = 251,

    /// <summary>Asks for a zone transfer (RFC 5936).</summary>
    AXFR = 252,

    /// <summary>Asks for mailbox records (RFC 1035 3.2.3).</summary>
    MAILB = 253,

    /// <summary>Asks for mail agent records, obsolete (RFC 1035 3.2.3).</summary>
    MAILA = 254,

    /// <summary>Asks for all records (RFC 1035 3.2.3, RFC 8482).</summary>
    ANY = 255,

    /// <summary>A URI (RFC 7553 4).</summary>
    URI = 256,

    /// <summary>Certification authority authorisation (RFC 8659 4).</summary>
    CAA = 257,

    /// <summary>Application visibility and control.</summary>
    AVC = 258,

    /// <summary>A digital object.</summary>
    DOA = 259,

    /// <summary>An automatic multicast tunnelling relay (RFC 8777 4).</summary>
    AMTRELAY = 260,

    /// <summary>A resolver's properties (RFC 9606).</summary>
    RESINFO = 261,

    /// <summary>A public wallet address.</summary>
    WALLET = 262,

    /// <summary>A BP convergence layer adapter.</summary>
    CLA = 263,

    /// <summary>A BP node number.</summary>
    IPN = 264,

    /// <summary>A DNSSEC trust authority.</summary>
    TA = 32768,

    /// <summary>A DNSSEC lookaside validation record, obsolete (RFC 4431).</summary>
    DLV = 32769,
}
