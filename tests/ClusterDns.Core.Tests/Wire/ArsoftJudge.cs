using System.Globalization;
using System.Reflection;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using Arsoft = ARSoft.Tools.Net.Dns;
using ArsoftName = ARSoft.Tools.Net.DomainName;

namespace ClusterDns.Core.Tests.Wire;

/// <summary>Messages as ARSoft.Tools.Net sees them, and as it writes them.</summary>
internal static class ArsoftJudge
{
    // The library writes messages only for its own server and client.
    private static readonly MethodInfo EncodeMethod = typeof(Arsoft.DnsMessageBase)
        .GetMethod("Encode", BindingFlags.Instance | BindingFlags.NonPublic, [])!;

    public static string Describe(ArsoftName name) =>
        name.LabelCount == 0 ? "." : string.Concat(name.Labels.Select(label => label + "."));

    public static string Describe(Arsoft.DnsRecordBase record)
    {
        string rdata = record switch
        {
            Arsoft.AddressRecordBase address => address.Address.ToString(),
            Arsoft.NsRecord ns => Describe(ns.NameServer),
            Arsoft.CNameRecord cname => Describe(cname.CanonicalName),
            Arsoft.PtrRecord ptr => Describe(ptr.PointerDomainName),
            Arsoft.SoaRecord soa => Join(Describe(soa.MasterName), Describe(soa.ResponsibleName), soa.SerialNumber, (uint)soa.RefreshInterval, (uint)soa.RetryInterval, (uint)soa.ExpireInterval, (uint)soa.NegativeCachingTTL),
            Arsoft.MxRecord mx => Join(mx.Preference, Describe(mx.ExchangeDomainName)),
            Arsoft.SrvRecord srv => Join(srv.Priority, srv.Weight, srv.Port, Describe(srv.Target)),
            Arsoft.TxtRecord txt => string.Join(' ', txt.TextParts.Select(part => $"\"{part}\"")),
            Arsoft.HInfoRecord hinfo => $"\"{hinfo.Cpu}\" \"{hinfo.OperatingSystem}\"",
            Arsoft.UnknownRecord unknown => $@"\# {unknown.RecordData.Length} {Convert.ToHexString(unknown.RecordData)}".TrimEnd(),
            _ => throw new InvalidOperationException($"{record.GetType().Name} is not generated."),
        };
        return Join(Describe(record.Name), (ushort)record.RecordType, (ushort)record.RecordClass, (uint)record.TimeToLive, rdata);
    }

    /// <summary>What a generated record should look like.</summary>
    public static string Describe(GeneratedRecord record) => Join(
        DomainName.ToText(record.Owner),
        (ushort)record.Type,
        (ushort)record.Class,
        record.TimeToLive,
        RdataText.ToText(record.Type, record.Rdata));

    public static byte[] Encode(Arsoft.DnsMessage message)
    {
        var package = (Arsoft.DnsRawPackage)EncodeMethod.Invoke(message, [])!;
        return [.. package.ToArraySegment(false)];
    }

    /// <summary>The generated message in the library's own objects.</summary>
    public static Arsoft.DnsMessage Build(GeneratedMessage message)
    {
        var built = new Arsoft.DnsMessage
        {
            TransactionID = message.Header.Id,
            IsQuery = false,
            IsRecursionDesired = true,
            IsAuthoritiveAnswer = message.Header.Flags.HasFlag(HeaderFlags.AuthoritativeAnswer),
            IsRecursionAllowed = message.Header.Flags.HasFlag(HeaderFlags.RecursionAvailable),
        };
        built.Questions.Add(new Arsoft.DnsQuestion(Name(message.Name), (Arsoft.RecordType)message.Type, Arsoft.RecordClass.INet));
        built.AnswerRecords.AddRange(message.Answers.Select(Build));
        built.AuthorityRecords.AddRange(message.Authorities.Select(Build));
        built.AdditionalRecords.AddRange(message.Additionals.Select(Build));
        return built;
    }

    private static Arsoft.DnsRecordBase Build(GeneratedRecord record)
    {
        ArsoftName owner = Name(record.Owner);
        int ttl = (int)record.TimeToLive;
        byte[] rdata = record.Rdata;
        switch (record.Type)
        {
            case RecordType.A:
                return new Arsoft.ARecord(owner, ttl, new(rdata));
            case RecordType.AAAA:
                return new Arsoft.AaaaRecord(owner, ttl, new(rdata));
            case RecordType.NS:
                return new Arsoft.NsRecord(owner, ttl, Name(rdata));
            case RecordType.CNAME:
                return new Arsoft.CNameRecord(owner, ttl, Name(rdata));
            case RecordType.PTR:
                return new Arsoft.PtrRecord(owner, ttl, Name(rdata));
            case RecordType.SOA:
                Assert.True(SoaRdata.TryRead(rdata, out SoaRdata soa));
                return new Arsoft.SoaRecord(owner, ttl, Name(soa.PrimaryServer), Name(soa.Mailbox), soa.Serial, (int)soa.Refresh, (int)soa.Retry, (int)soa.Expire, (int)soa.Minimum);
            case RecordType.MX:
                return new Arsoft.MxRecord(owner, ttl, (ushort)((rdata[0] << 8) | rdata[1]), Name(rdata.AsSpan(2)));
            case RecordType.SRV:
                Assert.True(SrvRdata.TryRead(rdata, out SrvRdata srv));
                return new Arsoft.SrvRecord(owner, ttl, srv.Priority, srv.Weight, srv.Port, Name(srv.Target));
            case RecordType.TXT:
                return new Arsoft.TxtRecord(owner, ttl, Strings(rdata));
            case RecordType.HINFO:
                List<string> strings = Strings(rdata);
                return new Arsoft.HInfoRecord(owner, ttl, strings[0], strings[1]);
            default:
                return new Arsoft.UnknownRecord(owner, (Arsoft.RecordType)record.Type, Arsoft.RecordClass.INet, ttl, rdata);
        }
    }

    private static ArsoftName Name(ReadOnlySpan<byte> wire)
    {
        var labels = new List<string>();
        for (ReadOnlySpan<byte> rest = wire; rest[0] != 0; rest = DomainName.Parent(rest))
        {
            labels.Add(System.Text.Encoding.ASCII.GetString(rest.Slice(1, rest[0])));
        }

        return new ArsoftName([.. labels]);
    }

    private static List<string> Strings(ReadOnlySpan<byte> rdata)
    {
        var strings = new List<string>();
        for (ReadOnlySpan<byte> rest = rdata; !rest.IsEmpty; rest = rest[(rest[0] + 1)..])
        {
            strings.Add(System.Text.Encoding.ASCII.GetString(rest.Slice(1, rest[0])));
        }

        return strings;
    }

    private static string Join(params object[] parts) =>
        string.Join(' ', parts.Select(part => Convert.ToString(part, CultureInfo.InvariantCulture)));
}
