using System.Globalization;
using System.Text;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

/// <summary>Where the API server is, what lets the client in, and what it connects by.</summary>
public sealed class ApiAccessTests : IAsyncLifetime, IDisposable
{
    private const string Web = "web.shop.svc.cluster.local.";
    private const string Token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    private const string Authority = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly TestCertificates _certificates = new();
    private readonly FakeFiles _files = new();
    private FakeApiServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync(_certificates.Server);
        _server.Put(ApiKit.Namespace("shop"));
        _server.Put(ApiKit.Service("web", "10.96.0.1"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task In_a_pod_the_service_account_is_used_over_one_HTTP_2_connection_and_its_token_read_anew()
    {
        _files[Authority] = _certificates.Authority;
        _files[Token] = "first\n";
        _server.Script = RequireToken("first");
        await using ApiKit kit = await new ApiKit(_server, "", _files, InPod).StartAsync();
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.All(_server.Requests, static request => Assert.Equal(("Bearer first", "HTTP/2"), (request.Authorization, request.Protocol)));

        _files[Token] = "second\n";
        _server.Script = RequireToken("second");
        _server.Put(ApiKit.Service("web", "10.96.0.2"));
        await kit.UntilAnswerAsync(Web, "10.96.0.2");
        _server.Watches.ToList().ForEach(static watch => watch.Abort());
        _server.Put(ApiKit.Service("web", "10.96.0.3"));
        await kit.UntilAnswerAsync(Web, "10.96.0.3", Step);
        Assert.Contains(_server.Requests, static request => request.Authorization is "Bearer second");
    }

    [Fact]
    public async Task A_token_that_is_refused_keeps_the_last_answers_and_is_told_once()
    {
        _files[Authority] = _certificates.Authority;
        _files[Token] = "first";
        await using ApiKit kit = await new ApiKit(_server, "", _files, InPod).StartAsync();
        _server.Script = RequireToken("second");
        _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services).Abort();
        await kit.UntilAsync(() => kit.Log.Contains("Cannot watch services, retrying: ", StringComparison.Ordinal), Step);
        int asked = _server.Requests.Count;
        await kit.UntilAsync(() => _server.Requests.Count > asked + 4, Step);
        Assert.Single(kit.Kit.Log, static line => line.Contains("Cannot watch services", StringComparison.Ordinal));
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);

        _files[Token] = "second";
        _server.Put(ApiKit.Service("web", "10.96.0.2"));
        await kit.UntilAnswerAsync(Web, "10.96.0.2", Step);
    }

    [Fact]
    public async Task An_endpoint_is_spoken_to_with_a_clients_certificate()
    {
        (string certificate, string key) = _certificates.CreateClient("dns");
        _files["ca"] = _certificates.Authority;
        _files["cert"] = certificate;
        _files["key"] = key;
        await using ApiKit kit = await new ApiKit(_server, "endpoint ENDPOINT\ntls cert key ca", _files).StartAsync();
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.All(_server.Requests, static request => Assert.Equal("CN=dns", request.ClientCertificate));
    }

    [Fact]
    public async Task A_server_whose_certificate_another_authority_signed_is_not_believed()
    {
        using TestCertificates others = new();
        _files["ca"] = others.Authority;
        await using ApiKit kit = new ApiKit(_server, "endpoint ENDPOINT\ntls \"\" \"\" ca", _files).Start();
        await kit.UntilAsync(() => kit.Log.Contains("Cannot watch services, retrying: The remote certificate", StringComparison.Ordinal));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("token: secret", "Bearer secret")]
    [InlineData("tokenFile: tokens/dns", "Bearer from-file")]
    [InlineData("{username: dns, password: word}", "Basic ZG5zOndvcmQ=")]
    [InlineData("client-certificate: dns.crt\n    client-key: dns.key", "CN=dns")]
    [InlineData("client-certificate-data: CERT\n    client-key-data: KEY", "CN=dns")]
    [InlineData("{}", "")]
    public async Task A_kubeconfig_says_who_the_client_is(string user, string expected)
    {
        (string certificate, string key) = _certificates.CreateClient("dns");
        _files["conf/tokens/dns"] = "from-file\n";
        _files["conf/dns.crt"] = certificate;
        _files["conf/dns.key"] = key;
        WriteKubeconfig(user.Replace("CERT", Base64(certificate), StringComparison.Ordinal).Replace("KEY", Base64(key), StringComparison.Ordinal));
        await using ApiKit kit = await new ApiKit(_server, "kubeconfig conf/kube", _files).StartAsync();

        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.All(_server.Requests, request => Assert.Equal(expected, request.Authorization + request.ClientCertificate));
    }

    [Fact]
    public async Task A_context_other_than_the_current_one_may_be_named()
    {
        WriteKubeconfig("token: secret", "current-context: other");
        await using ApiKit kit = await new ApiKit(_server, "kubeconfig conf/kube test", _files).StartAsync();
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_may_have_another_name_and_need_not_be_verified()
    {
        WriteKubeconfig("token: secret", cluster: $"tls-server-name: kubernetes.test\n    certificate-authority-data: {Base64(_certificates.Authority)}");
        await using (ApiKit kit = await new ApiKit(_server, "kubeconfig conf/kube", _files).StartAsync())
        {
            Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        }

        WriteKubeconfig("token: secret", cluster: $"tls-server-name: wrong.test\n    certificate-authority-data: {Base64(_certificates.Authority)}");
        await using (ApiKit kit = new ApiKit(_server, "kubeconfig conf/kube", _files).Start())
        {
            await kit.UntilAsync(() => kit.Log.Contains("The remote certificate", StringComparison.Ordinal));
        }

        WriteKubeconfig("token: secret", cluster: "insecure-skip-tls-verify: true");
        await using (ApiKit kit = await new ApiKit(_server, "kubeconfig conf/kube", _files).StartAsync())
        {
            Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_program_gives_credentials_that_are_renewed_when_they_expire_or_are_refused()
    {
        string folder = Directory.CreateTempSubdirectory("clusterdns").FullName;
        try
        {
            // The program counts its runs, and answers with what it was told.
            string counter = Path.Combine(folder, "runs");
            string script = $"echo run >> {counter}; n=$(wc -l < {counter} | tr -d ' '); "
                + "printf '{\\\"kind\\\":\\\"ExecCredential\\\",\\\"status\\\":{\\\"token\\\":\\\"%s-%s-%s\\\",\\\"expirationTimestamp\\\":\\\"2000-01-01T01:00:00Z\\\"}}' \\\"$WHO\\\" \\\"$1\\\" $n; "
                + "case $KUBERNETES_EXEC_INFO in *ExecCredential*interactive*server*) ;; *) exit 3 ;; esac";
            WriteKubeconfig($"exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: sh\n      args: [-c, \"{script}\", sh, \"an argument\"]\n"
                + "      env:\n      - {name: WHO, value: dns}\n      provideClusterInfo: true\n      interactiveMode: Never");
            await using ApiKit kit = await new ApiKit(_server, "kubeconfig conf/kube", _files).StartAsync();
            Assert.All(_server.Requests, static request => Assert.Equal("Bearer dns-an argument-1", request.Authorization));

            _server.Script = RequireToken("dns-an argument-2");
            _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services).Abort();
            _server.Put(ApiKit.Service("web", "10.96.0.2"));
            await kit.UntilAnswerAsync(Web, "10.96.0.2", Step);

            kit.Kit.Time.SetUtcNow(DateTimeOffset.Parse("2000-01-01T00:59:45Z", CultureInfo.InvariantCulture));
            _server.Script = static request => request.Authorization is "Bearer dns-an argument-1" or "Bearer dns-an argument-2"
                ? new FakeResponse(401, "too late")
                : null;
            _server.Watches.ToList().ForEach(static watch => watch.Abort());
            _server.Put(ApiKit.Service("web", "10.96.0.3"));
            await kit.UntilAnswerAsync(Web, "10.96.0.3", Step);
            Assert.Contains(_server.Requests, static request => request.Authorization is "Bearer dns-an argument-3");

            // Until all watch again, a program may still run that writes into the folder.
            await kit.UntilAsync(() => _server.Watches.Count == 3, Step);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: /nosuch/program, installHint: install it}", "/nosuch/program cannot be run")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, 'echo no >&2; exit 7']}", "sh ended with exit code 7: no")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: [nothing]}", "echo printed an invalid ExecCredential")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: ['{}']}", "echo printed neither a token nor a certificate")]
    public async Task A_program_that_gives_no_credentials_is_told(string user, string message)
    {
        WriteKubeconfig(user);
        await using ApiKit kit = new ApiKit(_server, "kubeconfig conf/kube", _files).Start();
        await kit.UntilAsync(() => kit.Log.Contains(message, StringComparison.Ordinal));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("kubeconfig nosuch", "the kubeconfig cannot be read: nosuch: no such file")]
    [InlineData("kubeconfig broken", "broken is not a valid kubeconfig: ")]
    [InlineData("kubeconfig empty", "empty has no current-context: set one in the file or after its name")]
    [InlineData("kubeconfig conf/kube other", "conf/kube has no context 'other'")]
    [InlineData("kubeconfig lost", "lost has no cluster 'nosuch'")]
    [InlineData("kubeconfig stranger", "stranger has no user 'nobody'")]
    [InlineData("kubeconfig homeless", "homeless: invalid server 'ftp://x': expected a URL such as https://10.0.0.1:6443")]
    [InlineData("endpoint https://10.0.0.1\ntls cert key ca", "the certificate authority cannot be read: ca: no such file")]
    [InlineData("endpoint https://10.0.0.1\ntls \"\" \"\" broken", "the file of the certificate authority contains no PEM certificate")]
    [InlineData("endpoint https://10.0.0.1\ntls broken broken \"\"", "a certificate or key cannot be read: ")]
    public void What_is_missing_is_an_error_at_start(string options, string error)
    {
        WriteKubeconfig("token: secret");
        _files["broken"] = "{";
        _files["empty"] = "apiVersion: v1\nkind: Config\n";
        _files["lost"] = "current-context: a\ncontexts:\n- name: a\n  context: {cluster: nosuch}\n";
        _files["stranger"] = "current-context: a\ncontexts:\n- name: a\n  context: {cluster: c, user: nobody}\nclusters:\n- name: c\n  cluster: {server: https://x}\n";
        _files["homeless"] = "current-context: a\ncontexts:\n- name: a\n  context: {cluster: c}\nclusters:\n- name: c\n  cluster: {server: ftp://x}\n";
        PluginKit kit = new(new KubernetesPlugin(static () => []), $"kubernetes cluster.local {{\n{options}\n}}", files: _files);
        Assert.StartsWith("Corefile:2:1: kubernetes cannot use an API server: " + error, kit.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_whose_peer_is_gone_without_a_word_is_given_up_and_the_watch_resumed()
    {
        await using SilentProxy proxy = new(_server.Port);
        _files["ca"] = _certificates.Authority;
        await using ApiKit kit = await new ApiKit(
            _server,
            $"endpoint https://127.0.0.1:{proxy.Port}\ntls \"\" \"\" ca",
            _files,
            pings: new ConnectionPings(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))).StartAsync();
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);

        proxy.FallSilent();
        _server.Put(ApiKit.Service("web", "10.96.0.2"));
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        await kit.UntilAsync(() => kit.Log.Contains("Cannot watch services", StringComparison.Ordinal));
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        await kit.UntilAnswerAsync(Web, "10.96.0.2", Step);
        Assert.Equal(1, _server.Requests.Count(static request => request.Path is FakeApiServer.Services && request.Query["sendInitialEvents"] == "true"));
    }

    private static Func<FakeRequest, FakeResponse?> RequireToken(string token)
        => request => string.Equals(request.Authorization, "Bearer " + token, StringComparison.Ordinal)
            ? null
            : new FakeResponse(401, RecordedResponse.Read("unauthorized").Body);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private string? InPod(string variable) => variable switch
    {
        "KUBERNETES_SERVICE_HOST" => "127.0.0.1",
        "KUBERNETES_SERVICE_PORT" => _server.Port.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private void WriteKubeconfig(string user, string current = "current-context: test", string? cluster = null)
    {
        _files["conf/ca.crt"] = _certificates.Authority;
        _files["conf/kube"] = $"""
            apiVersion: v1
            kind: Config
            preferences: {"{}"}
            {current}
            contexts:
            - name: test
              context:
                cluster: c
                user: u
                namespace: default
            clusters:
            - name: c
              cluster:
                server: {_server.Url}
                {cluster?.Replace("\n    ", "\n    ", StringComparison.Ordinal) ?? "certificate-authority: ca.crt"}
            users:
            - name: u
              user:
                {user}

            """;
    }
}
