/**
 * What must be on the machine besides Node and Rust. Each need is looked for, not its package: what is there is
 * there, however it came. `for` says who needs it: `build` everything, `window` the desktop application,
 * `test` the tests.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ask, root, which } from "./process.mjs";

const library = (name) => () => (ask("/sbin/ldconfig", ["-p"]) ?? ask("ldconfig", ["-p"]) ?? "").includes(name);
const program = (name) => () => which(name) !== null;
/** Where packages are unpacked that are not to be installed. */
export const tools = join(root, "target", "tools");
/** Browsers that Playwright can drive, best first. */
const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Linux. Packages by family, `|` between names of which the first known one is taken; a need without one has to be met by hand.
 * `unpacked`: on Debian its package is not installed, only unpacked for us, together with those of `with`. */
export const linux = [
  { for: "build", what: "a C compiler", there: program("cc"), debian: "gcc", fedora: "gcc", arch: "gcc" },
  {
    for: "build",
    what: "the C library's headers",
    there: () => existsSync("/usr/include/stdio.h"),
    debian: "libc6-dev",
    fedora: "glibc-devel",
    arch: "glibc",
  },
  {
    for: "build",
    what: "certificates",
    there: () => ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs", "/etc/ssl/cert.pem"].some(existsSync),
    debian: "ca-certificates",
    fedora: "ca-certificates",
    arch: "ca-certificates",
  },
  {
    for: "window",
    what: "pkg-config",
    there: program("pkg-config"),
    debian: "pkg-config",
    fedora: "pkgconf-pkg-config",
    arch: "pkgconf",
  },
  {
    for: "window",
    what: "WebKitGTK 4.1",
    there: () => ask("pkg-config", ["--exists", "webkit2gtk-4.1"]) !== null,
    debian: "libwebkit2gtk-4.1-dev",
    fedora: "webkit2gtk4.1-devel",
    arch: "webkit2gtk-4.1",
  },
  {
    for: "window",
    what: "the tray icon's library",
    there: library("libayatana-appindicator3.so"),
    optional: true,
    debian: "libayatana-appindicator3-1",
    fedora: "libayatana-appindicator-gtk3",
    arch: "libayatana-appindicator",
  },
  {
    for: "test",
    what: "WebKit's WebDriver",
    there: program("WebKitWebDriver"),
    debian: "webkit2gtk-driver",
    fedora: "webkitgtk6.0",
  },
  {
    for: "test",
    what: "a screen in memory",
    there: program("Xvfb"),
    debian: "xvfb",
    fedora: "xorg-x11-server-Xvfb",
    arch: "xorg-server-xvfb",
  },
  {
    for: "test",
    what: "a message bus for notices",
    there: program("dbus-daemon"),
    debian: "dbus-daemon|dbus",
    fedora: "dbus-daemon",
    arch: "dbus",
  },
  {
    for: "test",
    what: "Chromium",
    there: () => browser() !== null,
    debian: "chromium|chromium-browser",
    fedora: "chromium",
    arch: "chromium",
  },
  {
    for: "test",
    what: "nginx",
    // Debian keeps it where only root's PATH leads.
    there: () => which("nginx") !== null || ["/usr/sbin/nginx", join(tools, "usr/sbin/nginx")].some(existsSync),
    optional: true,
    // Installing it would start a web server on this machine, and with each start of it.
    unpacked: true,
    debian: "nginx",
    fedora: "nginx-core",
    arch: "nginx",
  },
  {
    for: "test",
    what: "Redis",
    there: () => which("redis-server") !== null || existsSync(join(tools, "usr/bin/redis-server")),
    // Installing it would start it on this machine, and with each start of it.
    unpacked: true,
    debian: "redis-server",
    // What it needs besides; the tests show it where that is.
    with: ["redis-tools", "libjemalloc2", "liblzf1"],
    fedora: "redis",
    arch: "redis",
  },
  {
    for: "test",
    what: "RabbitMQ",
    // Where its packages put it; the tests start it without its scripts.
    there: () => ["/usr", join(tools, "usr")].some((usr) => existsSync(join(usr, "lib/rabbitmq/lib"))),
    // As with Redis; installing it would also leave a daemon of Erlang.
    unpacked: true,
    debian: "rabbitmq-server",
    with: [
      "erlang-asn1",
      "erlang-base",
      "erlang-crypto",
      "erlang-eldap",
      "erlang-ftp",
      "erlang-inets",
      "erlang-mnesia",
      "erlang-os-mon",
      "erlang-parsetools",
      "erlang-public-key",
      "erlang-runtime-tools",
      "erlang-snmp",
      "erlang-ssl",
      "erlang-syntax-tools",
      "erlang-tftp",
      "erlang-tools",
      "erlang-xmerl",
    ],
    fedora: "rabbitmq-server",
    arch: "rabbitmq",
  },
  {
    for: "test",
    what: "ip, for several hosts on this machine",
    there: () => which("ip") !== null || ["/usr/sbin/ip", "/sbin/ip"].some(existsSync),
    optional: true,
    debian: "iproute2",
    fedora: "iproute",
    arch: "iproute2",
  },
  {
    for: "test",
    what: "libfaketime, for clocks that are wrong",
    there: () => [join(tools, "usr/lib"), "/usr/lib", "/usr/lib64"].some(hasFaketime),
    unpacked: true,
    debian: "libfaketime",
    fedora: "libfaketime",
    arch: "libfaketime",
  },
];

/** Debian has one more folder, named by the machine. */
function hasFaketime(folder) {
  const holds = (path) => existsSync(join(path, "faketime", "libfaketime.so.1"));
  return existsSync(folder) && [folder, ...readdirSync(folder).map((name) => join(folder, name))].some(holds);
}

/** Where Chromium is, or null. */
export function browser() {
  const application = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  const installed = [
    process.env.CHROMIUM,
    ...browsers.map(which),
    application,
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
  ];
  return installed.find((path) => path && existsSync(path)) ?? null;
}

/** macOS and Windows. `how` is a sentence. */
export const others = {
  macos: [
    {
      for: "build",
      what: "Apple's command line tools",
      there: () => ask("xcode-select", ["-p"]) !== null,
      how: "Run: xcode-select --install",
    },
    {
      for: "test",
      what: "Chromium",
      there: () => browser() !== null,
      how: "Install Google Chrome, or set CHROMIUM to a Chromium.",
    },
  ],
  windows: [
    {
      for: "build",
      what: "Microsoft's C++ build tools",
      there: () => existsSync("C:/Program Files (x86)/Microsoft Visual Studio/Installer/vswhere.exe"),
      how: 'Install "Build Tools for Visual Studio" with the workload "Desktop development with C++".',
    },
    {
      for: "window",
      what: "the WebView2 runtime",
      there: () => existsSync("C:/Program Files (x86)/Microsoft/EdgeWebView/Application"),
      how: "Windows 11 has it; for Windows 10 install the Evergreen Bootstrapper of the WebView2 Runtime.",
    },
    {
      for: "test",
      what: "Chromium",
      there: () => browser() !== null,
      how: "Install Google Chrome, or set CHROMIUM to a Chromium.",
    },
  ],
};
