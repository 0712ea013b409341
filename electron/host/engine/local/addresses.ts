import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { BlindspotError } from '../../../contract/errors.ts';
import type { Allocation } from '../engine.ts';

type Ports = Readonly<Record<string, number>>;

const blocksTried = 12;
/** Node n of a session has the last octet first + n; below it stays room for what a person adds by hand. */
const firstHost = 10;
const mostNodes = 240;

/**
 * Linux answers on all of 127.0.0.0/8 without any set-up, so every node gets an address of its own in a block of the
 * session's, and keeps the port it was planned with. Blocks come from the session's name, and are tried by binding.
 */
export async function allocateBlock(
  session: string,
  names: readonly string[],
  ports: Ports,
): Promise<Allocation> {
  if (names.length > mostNodes) throw tooMany(names.length);
  const taken = new Set<number>();
  for (const block of candidateBlocks(session)) {
    const nodes = inBlock(block, names, ports);
    const busy = await firstBusy(Object.values(nodes));
    if (busy === null) return { networks: [{ name: 'loopback', subnet: `${block}.0/24` }], nodes };
    taken.add(busy);
  }
  throw portInUse([...taken]);
}

/** Where 127.0.0.1 is the only one, nodes share it and differ by a port that the system chose. */
export async function allocatePorts(names: readonly string[], ports: Ports): Promise<Allocation> {
  const wanted = names.filter((name) => (ports[name] ?? 0) > 0);
  // All are held until the last is known, or the system could give the same one twice.
  const servers = await Promise.all(wanted.map(() => listen('127.0.0.1', 0)));
  const chosen = new Map(wanted.map((name, index) => [name, portOf(servers[index])]));
  await Promise.all(servers.map(close));
  const nodes = names.map((name) => [name, { address: '127.0.0.1', port: chosen.get(name) ?? 0 }] as const);
  return { networks: [{ name: 'loopback', subnet: '127.0.0.1/32' }], nodes: Object.fromEntries(nodes) };
}

/** Not 127.0.x.y, where resolvers and the machine's own name live, and nothing near either end. */
export function candidateBlocks(session: string): readonly string[] {
  return Array.from({ length: blocksTried }, (_, index) => {
    const hash = createHash('sha256').update(`${session}/${index}`).digest();
    return `127.${64 + (hash.readUInt8(0) % 160)}.${hash.readUInt8(1)}`;
  });
}

/** Whether this machine answers on all of 127.0.0.0/8, as Linux does. */
export async function hasLoopbackBlock(): Promise<boolean> {
  try {
    await close(await listen('127.64.0.10', 0));
    return true;
  } catch {
    return false;
  }
}

function inBlock(block: string, names: readonly string[], ports: Ports): Allocation['nodes'] {
  const nodes = names.map(
    (name, index) => [name, { address: `${block}.${firstHost + index}`, port: ports[name] ?? 0 }] as const,
  );
  return Object.fromEntries(nodes);
}

async function firstBusy(
  places: readonly { readonly address: string; readonly port: number }[],
): Promise<number | null> {
  const tries = places
    .filter(({ port }) => port > 0)
    .map(async ({ address, port }) => {
      try {
        await close(await listen(address, port));
        return null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EACCES') throw forbidden(port);
        return port;
      }
    });
  return (await Promise.all(tries)).find((port) => port !== null) ?? null;
}

function listen(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function portInUse(ports: readonly number[]): BlindspotError {
  const port = ports.join(', ');
  return new BlindspotError({
    code: 'port-in-use',
    message: `Port ${port} is taken on every loopback address: another program listens on it for the whole machine.`,
    next: `Find it with "ss -ltnp 'sport = :${ports[0] ?? 0}'", stop it, and start the lab again; or use the Docker engine.`,
    where: `port ${port}`,
  });
}

function forbidden(port: number): BlindspotError {
  return new BlindspotError({
    code: 'engine-failed',
    message: `This user may not listen on port ${port}.`,
    next: 'Use a port above 1023 in the lab file, or the Docker engine.',
    where: `port ${port}`,
  });
}

function tooMany(count: number): BlindspotError {
  return new BlindspotError({
    code: 'lab-needs',
    message: `The lab has ${count} nodes; the embedded engine has room for ${mostNodes}.`,
    next: 'Use fewer nodes.',
  });
}
