using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using k8s.KubeConfigModels;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>What a program gave to be let in with.</summary>
/// <param name="Token">A bearer token; null for none.</param>
/// <param name="Certificate">A certificate in PEM; null for none.</param>
/// <param name="Key">The certificate's key in PEM; null for none.</param>
/// <param name="Expires">When it is no longer taken; null for not known.</param>
internal sealed record ExecCredential(string? Token, string? Certificate, string? Key, DateTimeOffset? Expires);

/// <summary>
/// Credentials that a program gives (client.authentication.k8s.io, ExecCredential). They are kept until shortly before they expire, or
/// until the server does not take them.
/// </summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="startChild">Runs what starts the program, so that it inherits what this process was started with.</param>
internal sealed class ExecCredentials(TimeProvider timeProvider, Action<Action> startChild)
{
    private const int MaxOutputLength = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>How long before it expires a credential is renewed, so that none expires on its way.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private ExecCredential? _known;

    /// <summary>The credentials.</summary>
    /// <param name="command">The program.</param>
    /// <param name="kubeconfig">What the program may be given.</param>
    /// <param name="folder">Where the program is looked for when its path is relative.</param>
    /// <param name="isRenewal">Whether those that are known were refused.</param>
    /// <param name="cancellationToken">Set when the request is given up.</param>
    /// <exception cref="ApiAccessException">The program gives none; the message says why.</exception>
    public async ValueTask<ExecCredential> GetAsync(
        ExternalExecution command, Kubeconfig kubeconfig, string folder, bool isRenewal, CancellationToken cancellationToken)
    {
        if (_known is null || isRenewal || (_known.Expires is { } expires && timeProvider.GetUtcNow() + Margin > expires))
        {
            _known = Read(command, await RunAsync(command, kubeconfig, folder, cancellationToken));
        }

        return _known;
    }

    private async Task<string> RunAsync(
        ExternalExecution command, Kubeconfig kubeconfig, string folder, CancellationToken cancellationToken)
    {
        using Process process = new() { StartInfo = CreateStartInfo(command, kubeconfig, folder) };
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            startChild(() => process.Start());
            process.StandardInput.Close();
            Task<string> errors = ReadAsync(process.StandardError, patience.Token);
            string output = await ReadAsync(process.StandardOutput, patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0
                ? output
                : throw new ApiAccessException($"{command.Command} ended with exit code {process.ExitCode}: {(await errors).Trim()}");
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            throw new ApiAccessException(
                $"{command.Command} cannot be run: {exception.Message}{(string.IsNullOrEmpty(command.InstallHint) ? "" : $" ({command.InstallHint.Trim()})")}",
                exception);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new ApiAccessException($"{command.Command} took longer than {Patience.TotalSeconds} s");
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        char[] buffer = new char[MaxOutputLength];
        int length = await reader.ReadBlockAsync(buffer, cancellationToken);
        return new string(buffer, 0, length);
    }

    private static ProcessStartInfo CreateStartInfo(ExternalExecution command, Kubeconfig kubeconfig, string folder)
    {
        // A name alone is looked for on the PATH; a relative path starts from the kubeconfig's folder.
        string file = command.Command.Contains('/', StringComparison.Ordinal) ? Path.Combine(folder, command.Command) : command.Command;
        ProcessStartInfo start = new(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in command.Arguments ?? [])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (Dictionary<string, string> variable in command.EnvironmentVariables ?? [])
        {
            if (variable.TryGetValue("name", out string? name) && variable.TryGetValue("value", out string? value))
            {
                start.Environment[name] = value;
            }
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = Describe(command, kubeconfig);
        return start;
    }

    private static string Describe(ExternalExecution command, Kubeconfig kubeconfig)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", command.ApiVersion);
            json.WriteString("kind", "ExecCredential");
            json.WriteStartObject("spec");
            json.WriteBoolean("interactive", false);
            if (command.ProvideClusterInfo)
            {
                json.WriteStartObject("cluster");
                json.WriteString("server", kubeconfig.Cluster.Server);
                json.WriteString("tls-server-name", kubeconfig.Cluster.TlsServerName ?? "");
                json.WriteBoolean("insecure-skip-tls-verify", kubeconfig.Cluster.SkipTlsVerify);
                json.WriteString("certificate-authority-data", kubeconfig.Cluster.CertificateAuthorityData ?? "");
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return PemFiles.ToText(text.ToArray());
    }

    private static ExecCredential Read(ExternalExecution command, string output)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(output);
            if (document.RootElement.TryGetProperty("status", out JsonElement status))
            {
                ExecCredential credential = new(
                    GetText(status, "token"),
                    GetText(status, "clientCertificateData"),
                    GetText(status, "clientKeyData"),
                    status.TryGetProperty("expirationTimestamp", out JsonElement expires)
                        && expires.ValueKind == JsonValueKind.String
                        && expires.TryGetDateTimeOffset(out DateTimeOffset time)
                        ? time
                        : null);
                if (credential.Token is not null || (credential.Certificate is not null && credential.Key is not null))
                {
                    return credential;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ApiAccessException($"{command.Command} printed an invalid ExecCredential: {exception.Message}", exception);
        }

        throw new ApiAccessException($"{command.Command} printed neither a token nor a certificate with its key");
    }

    private static string? GetText(JsonElement element, string name)
        => element.TryGetProperty(name, out JsonElement value) && value.GetString() is { Length: > 0 } text ? text : null;
}
