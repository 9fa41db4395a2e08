using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>
/// Gives a follower the name that it asked in its own case: clients that randomize the case of names compare it with what comes back.
/// </summary>
internal static class OwnNames
{
    /// <summary>Has the records that the asked name owns carry it as the query has it.</summary>
    /// <param name="query">The query; its response was loaded from <paramref name="message"/>.</param>
    /// <param name="message">The reply to an identical query.</param>
    public static void Restore(Query query, byte[] message)
    {
        if (message.AsSpan(DnsHeader.Length).StartsWith(query.QuestionName))
        {
            return;
        }

        for (ResponseSection section = ResponseSection.Answer; section <= ResponseSection.Additional; section++)
        {
            foreach (ref ResponseRecord record in query.Response[section].Span)
            {
                if (record.OwnerSource is not null && DomainName.Equals(record.Owner, query.Name))
                {
                    record.OwnerSource = null;
                }
            }
        }
    }
}
