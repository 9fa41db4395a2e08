namespace ClusterDns.Core.Corefiles;

/// <summary>What it means that a server block has a directive several times. Each plugin follows CoreDNS's choice.</summary>
public enum DirectiveRepetition
{
    /// <summary>The directive is accepted once; another is an error.</summary>
    Once,

    /// <summary>The first counts. Those after it are not read and have no effect.</summary>
    First,

    /// <summary>The last counts. Those before it have no effect, but must be well-formed.</summary>
    Last,

    /// <summary>The plugin reads all of them: they add up, or a later option replaces an earlier one.</summary>
    All,
}
