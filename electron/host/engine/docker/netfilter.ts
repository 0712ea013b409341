import type Docker from 'dockerode';
import { BlindspotError } from '../../../contract/errors.ts';
import type { NodeSpec } from '../engine.ts';
import { dockerFailure } from './failure.ts';
import { frameReader } from './frames.ts';
import { createHelper } from './helper.ts';

/**
 *   rules -> helper's stdin -> iptables-restore, nft or ip -> the node's own network namespace
 *
 * The helper lives for a moment in the node's namespace with just these capabilities, so that the node needs none.
 * Rules die with the namespace: they are applied again after each start of the node.
 */
const tools = {
  // iptables opens a raw socket to ask which of its extensions the kernel has.
  'iptables-restore': { command: ['iptables-restore'], capabilities: ['NET_ADMIN', 'NET_RAW'] },
  nft: { command: ['nft', '-f', '-'], capabilities: ['NET_ADMIN'] },
  ip: { command: ['ip', '-batch', '-'], capabilities: ['NET_ADMIN'] },
} as const;

interface Rules {
  readonly tool: keyof typeof tools;
  readonly rules: string;
}

export async function applyNetfilter(
  docker: Docker,
  session: string,
  node: NodeSpec,
  image: string,
): Promise<void> {
  const wanted: readonly Rules[] = [
    ...(node.addresses === undefined ? [] : [{ tool: 'ip', rules: further(node.addresses) } as const]),
    ...(node.routes === undefined ? [] : [{ tool: 'ip', rules: node.routes } as const]),
    ...(node.netfilter === null ? [] : [node.netfilter]),
  ];
  for (const rules of wanted) await applyRules(docker, session, node, rules, image);
}

function further(addresses: readonly string[]): string {
  return addresses.map((address) => `address replace ${address}/32 dev eth0\n`).join('');
}

async function applyRules(
  docker: Docker,
  session: string,
  node: NodeSpec,
  { tool, rules }: Rules,
  image: string,
): Promise<void> {
  const { command, capabilities } = tools[tool];
  try {
    const helper = await createHelper(docker, {
      session,
      node: node.name,
      image,
      command,
      capabilities,
      // The tools' lock file; without it they go on, but say so each time.
      host: { Tmpfs: { '/run': 'rw,nosuid,nodev,noexec,size=1m' } },
    });
    try {
      await feed(helper, node, rules);
    } finally {
      await helper.remove({ force: true }).catch(() => undefined);
    }
  } catch (error) {
    throw dockerFailure(`The kernel rules of ${node.name} were not applied`, error);
  }
}

async function feed(helper: Docker.Container, node: NodeSpec, rules: string): Promise<void> {
  const stream = await helper.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
  let said = '';
  stream.on(
    'data',
    frameReader((_, chunk) => {
      said = (said + chunk.toString()).slice(-2000);
    }),
  );
  stream.on('error', () => undefined);
  await helper.start();
  stream.end(rules);
  const { StatusCode: code } = (await helper.wait()) as { StatusCode: number };
  if (code === 0) return;
  throw new BlindspotError({
    code: 'engine-failed',
    message: `${node.name}: its kernel rules were refused: ${said.trim()}`,
    next: 'Correct the rules, or run the lab on an engine whose kernel knows what they use.',
    where: node.name,
  });
}
