using System.ComponentModel;
using System.Net.Sockets;
using System.Reflection;
using System.Xml.Linq;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Expressions;
using ClusterDns.GoText.RegularExpressions;
using ClusterDns.GoText.Templates;
using ClusterDns.Plugins;
using ClusterDns.Server.Listeners;
using ClusterDns.TestKit;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests;

/// <summary>
/// The server leans on the plugins, the plugins on the core, and the core on nothing that touches the world. A line that leans the other
/// way compiles easily, so it is looked for here: in the project files, and in the built assemblies.
/// </summary>
public sealed class DependencyTests
{
    private const string PluginsNamespace = "ClusterDns.Plugins";

    private static readonly Assembly Core = typeof(Query).Assembly;
    private static readonly Assembly Expressions = typeof(ExpressionError).Assembly;
    private static readonly Assembly GoText = typeof(GoTemplate).Assembly;
    private static readonly Assembly Plugins = typeof(PluginCatalog).Assembly;
    private static readonly Assembly Server = typeof(DnsListener).Assembly;

    /// <summary>What a plugin's folder may use of its project beside its own.</summary>
    private static readonly string[] Shared = ["Common"];

    private static readonly string[] WorldlyNamespaces =
    [
        "System.IO.Pipes", "System.Net.Http", "System.Net.NetworkInformation", "System.Net.Quic", "System.Net.Security",
        "Microsoft.AspNetCore", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.Hosting",
    ];

    private static readonly HashSet<Type> WorldlyTypes =
    [
        typeof(File), typeof(FileInfo), typeof(FileStream), typeof(FileSystemInfo), typeof(FileSystemWatcher), typeof(Directory),
        typeof(DirectoryInfo), typeof(DriveInfo), typeof(RandomAccess), typeof(Console), typeof(System.Diagnostics.Process),
        typeof(System.Net.Dns), typeof(Socket), typeof(SocketAsyncEventArgs), typeof(NetworkStream), typeof(TcpClient), typeof(TcpListener),
        typeof(UdpClient), typeof(System.Runtime.InteropServices.DllImportAttribute),
    ];

    [Theory]
    [InlineData("ClusterDns.Core", "", "Microsoft.Extensions.Logging.Abstractions", "")]
    [InlineData("ClusterDns.GoText", "ClusterDns.Core", "", "")]
    [InlineData("ClusterDns.Expressions", "ClusterDns.Core ClusterDns.GoText", "", "")]
    [InlineData("ClusterDns.Plugins", "ClusterDns.Core ClusterDns.Expressions ClusterDns.GoText", "KubernetesClient.Aot YamlDotNet", "")]
    [InlineData("ClusterDns.Server", "ClusterDns.Core ClusterDns.Plugins", "Microsoft.Extensions.Hosting", "Microsoft.AspNetCore.App")]
    [InlineData("ClusterDns.Testing", "ClusterDns.Server", "Microsoft.Extensions.TimeProvider.Testing", "")]
    [InlineData("ClusterDns", "ClusterDns.Server", "", "")]
    public void A_project_refers_to_those_below_it_and_to_few_packages(string project, string projects, string packages, string frameworks)
    {
        XDocument file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));

        Assert.Equal(projects, Join(Includes(file, "ProjectReference").Select(static path => Path.GetFileNameWithoutExtension(path))));
        Assert.Equal(packages, Join(Includes(file, "PackageReference")));
        Assert.Equal(frameworks, Join(Includes(file, "FrameworkReference")));
        Assert.Equal("", Join(Includes(file, "Reference")));
    }

    [Fact]
    public void Assemblies_refer_to_those_below_them()
    {
        Assert.Equal("", OwnReferences(Core));
        Assert.Equal("ClusterDns.Core", OwnReferences(GoText));
        Assert.Equal("ClusterDns.Core ClusterDns.GoText", OwnReferences(Expressions));
        Assert.Equal("ClusterDns.Core ClusterDns.Expressions ClusterDns.GoText", OwnReferences(Plugins));
        Assert.Equal("ClusterDns.Core ClusterDns.Plugins", OwnReferences(Server));
    }

    [Fact]
    public void The_core_touches_no_file_no_socket_and_no_host()
        => Assert.Empty(Find(Core, static type => true, static (_, used) =>
            WorldlyTypes.Contains(used) || WorldlyNamespaces.Any(name => IsIn(used.Namespace, name))));

    [Fact]
    public void The_Go_languages_use_only_hints_of_the_core()
        => Assert.Empty(Find(GoText, static type => true, static (_, used) => used.Assembly == Core && used != typeof(NearMiss)));

    [Fact]
    public void Expressions_use_only_hints_and_Go_text()
        => Assert.Empty(Find(Expressions, static type => true, static (_, used) =>
            (used.Assembly == Core && used != typeof(NearMiss)) || (used.Assembly == GoText && used != typeof(GoRegex) && used != typeof(FloatText))));

    [Fact]
    public void A_plugin_knows_no_other_plugin()
        => Assert.Empty(Find(Plugins, static type => FolderOf(type).Length > 0, static (user, used) =>
            used.Assembly == Plugins
            && IsIn(used.Namespace, PluginsNamespace)
            && !Shared.Append(FolderOf(user)).Contains(FolderOf(used), StringComparer.Ordinal)));

    [Fact]
    public void Listeners_know_no_plugin()
        => Assert.Empty(Find(Server, static type => IsIn(type.Namespace, "ClusterDns.Server.Listeners"), static (_, used) => used.Assembly == Plugins));

    [Fact]
    public void What_is_looked_at_is_there()
    {
        Assert.Contains(Plugins.GetTypes(), static type => FolderOf(type) is "Hosts");
        Assert.Contains(Plugins.GetTypes(), static type => FolderOf(type) is "Common");
        Assert.Contains(Server.GetTypes(), static type => IsIn(type.Namespace, "ClusterDns.Server.Listeners.Udp"));
        Assert.NotEmpty(Find(Server, static _ => true, static (_, used) => used == typeof(File)));
        Assert.NotEmpty(Find(Server, static _ => true, static (_, used) => used == typeof(Socket)));
        Assert.NotEmpty(Find(Server, static _ => true, static (_, used) => used.Assembly == Plugins));
        Assert.NotEmpty(Find(GoText, static _ => true, static (_, used) => used == typeof(NearMiss)));
        Assert.NotEmpty(Find(Plugins, static type => type == typeof(PluginCatalog), static (_, used) => FolderOf(used).Length > 0));
    }

    [Fact]
    public void Types_are_found_wherever_they_are_mentioned()
    {
        IReadOnlySet<Type> found = TypeReferences.Of(typeof(Sample<>));

        Type[] expected =
        [
            typeof(List<>), typeof(Version), typeof(FileStream), typeof(File), typeof(StringComparer), typeof(FormatException), typeof(Uri),
            typeof(DescriptionAttribute), typeof(IDisposable), typeof(HashSet<>), typeof(DateTimeOffset), typeof(TimeZoneInfo),
        ];
        Assert.Empty(expected.Except(found));
    }

    /// <summary>Who refers to what it must not, as lines for a person; of lambdas and iterators the type they were written in.</summary>
    private static IEnumerable<string> Find(Assembly assembly, Func<Type, bool> isUser, Func<Type, Type, bool> isForbidden)
        => assembly.GetTypes()
            .Where(isUser)
            .SelectMany(user => TypeReferences.Of(user).Where(used => isForbidden(user, used)).Select(used => $"{Outermost(user)} -> {used}"))
            .Distinct(StringComparer.Ordinal);

    private static string FolderOf(Type type)
        => IsIn(type.Namespace, PluginsNamespace) && type.Namespace!.Length > PluginsNamespace.Length
            ? type.Namespace[(PluginsNamespace.Length + 1)..].Split('.')[0]
            : "";

    private static bool IsIn(string? candidate, string name)
        => candidate is not null
            && candidate.StartsWith(name, StringComparison.Ordinal)
            && (candidate.Length == name.Length || candidate[name.Length] == '.');

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string OwnReferences(Assembly assembly)
        => Join(assembly.GetReferencedAssemblies()
            .Select(static reference => reference.Name!)
            .Where(static name => name.StartsWith("clusterdns", StringComparison.OrdinalIgnoreCase)));

    private static string Join(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));

    private static IEnumerable<string> Includes(XDocument project, string item)
        => project.Descendants(item).Select(static element => element.Attribute("Include")!.Value.Replace('\\', '/'));

    /// <summary>Mentions a type in each place that there is.</summary>
    [Description("An attribute to find.")]
    private abstract class Sample<T> : List<Version>, IDisposable
    {
        private readonly HashSet<T>? _field = [];

        public void Dispose()
        {
            try
            {
                // A stream is named nowhere but in what the call returns.
                File.OpenRead(string.Concat(_field, StringComparer.Ordinal)).Close();
            }
            catch (FormatException)
            {
                Array.Empty<Uri>().CopyTo(Array.Empty<object>(), 0);
            }
        }

        protected abstract ref DateTimeOffset Signature(TimeZoneInfo[] zones);
    }
}
