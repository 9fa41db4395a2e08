namespace ClusterDns.Expressions;

/// <summary>What is wrong with an expression.</summary>
/// <param name="Offset">Where in the expression's text, in characters from 0.</param>
/// <param name="Message">What is wrong, a colon, and what is accepted.</param>
public readonly record struct ExpressionError(int Offset, string Message);

/// <summary>Carries an error out of the parser and the binder; never leaves the project.</summary>
/// <param name="offset">Where in the expression's text, in characters from 0.</param>
/// <param name="message">What is wrong, a colon, and what is accepted.</param>
internal sealed class ExpressionException(int offset, string message) : Exception(message)
{
    /// <summary>Where in the expression's text, in characters from 0.</summary>
    public int Offset { get; } = offset;
}
