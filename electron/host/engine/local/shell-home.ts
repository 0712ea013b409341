import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { authorityFile } from '../../../../docker/protocol/tls.ts';
import { onPath } from './launcher.ts';

/** What a shell in a node's place needs to know. */
export interface ShellPlace {
  /** Folder of the session's shells: made here, removed with the session. */
  readonly dir: string;
  readonly lab: string;
  readonly node: string;
  readonly role: string;
  readonly address: string;
  readonly admin: string;
  /** Every node of the session, and the port that people know it by. */
  readonly nodes: readonly {
    readonly name: string;
    readonly address: string;
    readonly port: number;
    readonly knownPort: number;
  }[];
  /** Other names that lead to a node. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Whether each node has an address of its own. */
  readonly ownAddress: boolean;
  readonly nodePath: string;
  readonly programs: string;
  readonly marks: Readonly<Record<string, string>>;
}

export interface ShellHome {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The person's shell, with our prompt and none of their start-up files. */
  readonly shell: readonly string[];
}

/**
 * A home for one node's shells. It is not the person's own, so that their start-up files, history and curl settings
 * are neither read nor touched. curl finds every node by name, as in a container, by a rule per node in .curlrc.
 */
export async function makeShellHome(place: ShellPlace): Promise<ShellHome> {
  const home = join(place.dir, place.node);
  const bin = join(place.dir, 'bin');
  await Promise.all([
    mkdir(home, { recursive: true, mode: 0o700 }),
    mkdir(bin, { recursive: true, mode: 0o700 }),
  ]);
  const rc = join(home, '.blindspotrc');
  await Promise.all([
    writeFile(join(home, '.curlrc'), curlRules(place)),
    writeFile(rc, shellRules(place)),
    // A login shell lets /etc/profile set PATH anew, and then reads this.
    writeFile(join(home, '.profile'), `PATH=${quoted(bin)}:$PATH\n`),
    writeTools(bin, place),
  ]);
  const authority = authorityOf(place);
  const env = {
    ...inherited(process.env),
    ...place.marks,
    PATH: [bin, process.env.PATH ?? ''].join(delimiter),
    HOME: home,
    CURL_HOME: home,
    TERM: 'xterm-256color',
    LESSHISTFILE: '-',
    BLINDSPOT_NODE: place.node,
    BLINDSPOT_ROLE: place.role,
    BLINDSPOT_LAB: place.lab,
    BLINDSPOT_ADMIN: place.admin,
    ...(authority === null ? {} : { SSL_CERT_FILE: authority }),
  };
  return shellOf({ env, cwd: home }, rc);
}

function shellOf({ env, cwd }: Omit<ShellHome, 'shell'>, rc: string): ShellHome {
  if (process.platform === 'win32') return { env, cwd, shell: ['powershell.exe', '-NoLogo', '-NoProfile'] };
  const bash = onPath('bash');
  if (bash !== null) return { env, cwd, shell: [bash, '--noprofile', '--rcfile', rc, '-i'] };
  // POSIX: an interactive sh reads the file that ENV names.
  return { env: { ...env, ENV: rc }, cwd, shell: ['/bin/sh', '-i'] };
}

/**
 * "name:port:address:port" sends a request for one to the other. With an address for each node any port may be asked
 * for, and curl speaks from the node's own address, as it would in a container; with one address for all, only the
 * port that the lab knows the node by leads to it.
 */
export function curlRules(place: ShellPlace): string {
  const { nodes, hosts = {}, address, ownAddress } = place;
  const sites = Object.entries(hosts).flatMap(([name, host]) =>
    nodes.filter((node) => node.name === host).map((node) => ({ ...node, name })),
  );
  const rules = [...nodes, ...sites]
    .filter(({ port }) => ownAddress || port > 0)
    .map(({ name, address: at, port, knownPort }) =>
      ownAddress ? `${name}::${at}:` : `${name}:${knownPort}:${at}:${port}`,
    )
    .map((rule) => `connect-to = "${rule}"`);
  const source = ownAddress ? [`interface = "host!${address}"`] : [];
  const authority = authorityOf(place);
  const trust = authority === null ? [] : [`cacert = "${authority}"`];
  return [...source, 'noproxy = "*"', ...trust, ...rules, ''].join('\n');
}

/** The lab's own, which each of its programs lays beside its socket; null in a lab without one. */
function authorityOf({ admin }: ShellPlace): string | null {
  const file = join(dirname(admin), authorityFile);
  return existsSync(file) ? file : null;
}

function shellRules({ node, role, lab, address, nodes, ownAddress }: ShellPlace): string {
  const port = nodes.find(({ name }) => name === node)?.port ?? 0;
  const at = port > 0 ? `${address}:${port}` : address;
  const tools = ownAddress
    ? 'curl knows every node by name; other tools need its address.'
    : 'curl knows every node by name and its port in the lab; other tools need the real address and port.';
  return [
    // Where a prompt begins and ends, and where a command begins to run (OSC 133), as the image's shells say it. Bash must
    // be told what of that takes no room; any other sh knows no escapes, and cannot say where a command begins.
    `if [ -n "$BASH_VERSION" ]; then`,
    `PS1='\\[\\e]133;D\\a\\e]133;A\\a\\][${node} ${at}] $ \\[\\e]133;B\\a\\]'`,
    `PS0='\\e]133;C\\a'`,
    `else`,
    `PS1='\u001b]133;A\u0007[${node} ${at}] $ \u001b]133;B\u0007'`,
    `fi`,
    `echo '${node} (${role}) of lab ${lab}, on this machine itself: ${at}. ${tools}'`,
    `echo '"ctl help" lists what ${node} can be asked and told.'`,
    '',
  ].join('\n');
}

async function writeTools(bin: string, { nodePath, programs }: ShellPlace): Promise<void> {
  const ctl = join(programs, 'ctl.mjs');
  if (process.platform === 'win32') {
    await writeFile(join(bin, 'ctl.cmd'), `@"${nodePath}" "${ctl}" %*\r\n`);
    return;
  }
  await writeFile(join(bin, 'ctl'), `#!/bin/sh\nexec ${quoted(nodePath)} ${quoted(ctl)} "$@"\n`, {
    mode: 0o755,
  });
  // The second terminal of a session finds it there.
  await symlink(nodePath, join(bin, 'node')).catch(() => undefined);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Proxies, Node's own options and the like stay outside: they would change what the lab shows. */
export function inherited(env: NodeJS.ProcessEnv): Record<string, string> {
  const names =
    process.platform === 'win32'
      ? ['SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'USERNAME']
      : ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'USER', 'LOGNAME', 'TMPDIR'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
