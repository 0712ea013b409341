// kubelet --command event--> hand --take--> kubelet; hand -> engine or balancer; hand --report--> kubelet
import type { KubeletCommand, KubeletReport } from '../../../docker/protocol/kubelet.ts';
import type { Target } from '../../../docker/protocol/balancer.ts';
import type { Json } from '../../contract/session.ts';
import type { PowerAction } from '../engine/engine.ts';

export interface HandDeps {
  call(node: string, method: 'GET' | 'PATCH' | 'POST', path: string, body?: Json): Promise<Json>;
  power(node: string, action: PowerAction): Promise<void>;
  exec(node: string, command: readonly string[], limitMs: number): Promise<ExecEnd>;
  /** Null: not there, or still being made. */
  running(node: string): boolean | null;
  place(node: string): { readonly address: string; readonly port: number } | null;
}

export interface ExecEnd {
  /** Null where the engine cannot know. */
  readonly code: number | null;
  readonly output: string;
}

/** The host's hands for kubelets (decision 13): they decide, this acts and reports, and decides nothing. */
export interface KubeletHand {
  /** A command as the kubelet's event told it; whoever hears it again does nothing again. */
  carryOut(kubelet: string, command: KubeletCommand): Promise<void>;
  /** Tells a kubelet what there is of all its pods: after its link came up, or its list changed. */
  meet(kubelet: string): Promise<void>;
  /** Tells a kubelet of one node that came or went; it knows whether that is a pod of its own. */
  tell(kubelet: string, node: string, detail: string): Promise<void>;
}

export function createKubeletHand(deps: HandDeps): KubeletHand {
  /** What is still being done to a pod: a start waits for the stop before it, SIGKILL waits for nothing. */
  const ending = new Map<string, Promise<void>>();
  /** Changes of one balancer's list, one after another: each is read, changed and written back. */
  const lists = new Map<string, Promise<void>>();

  const report = async (kubelet: string, body: KubeletReport): Promise<void> => {
    await deps.call(kubelet, 'POST', '/reports', body as unknown as Json);
  };

  const tell = async (kubelet: string, node: string, detail: string): Promise<void> => {
    const running = deps.running(node);
    if (running !== null) await report(kubelet, { pod: node, running, detail: detail.slice(0, 1000) });
  };

  const inLine = (balancer: string, work: () => Promise<void>): Promise<void> => {
    const next = (lists.get(balancer) ?? Promise.resolve()).then(work);
    lists.set(
      balancer,
      next.catch(() => undefined),
    );
    return next;
  };

  const publish = async (balancer: string, node: string, as: Published): Promise<void> => {
    const { targets } = (await deps.call(balancer, 'GET', '/settings')) as unknown as { targets: Target[] };
    const next = publishedList(targets, node, as, deps.place(node));
    if (JSON.stringify(next) === JSON.stringify(targets)) return;
    await deps.call(balancer, 'PATCH', '/settings', { targets: next as unknown as Json });
  };

  const act = async (command: KubeletCommand): Promise<KubeletReport> => {
    const { id, node } = command;
    switch (command.verb) {
      case 'start': {
        await ending.get(node);
        await deps.power(node, 'start');
        return { id, ok: true };
      }
      case 'signal': {
        const work = deps.power(node, command.signal === 'KILL' ? 'kill' : 'stop');
        ending.set(
          node,
          work.catch(() => undefined),
        );
        await work;
        return { id, ok: true };
      }
      case 'exec': {
        const { code, output } = await deps.exec(node, command.command, command.timeoutMs);
        return {
          id,
          ok: code === 0,
          detail: `exit ${code ?? 'unknown'}: ${output.slice(0, 900)}`,
          error: code === null,
        };
      }
      case 'publish': {
        await Promise.all(
          command.balancers.map((balancer) => inLine(balancer, () => publish(balancer, node, command.as))),
        );
        return { id, ok: true };
      }
    }
  };

  return {
    async carryOut(kubelet, command) {
      const claim = (await deps.call(kubelet, 'POST', `/commands/${command.id}/take`)) as { take?: Json };
      if (claim.take !== true) return;
      const done = await act(command).catch((error: unknown): KubeletReport => {
        const detail = error instanceof Error ? error.message : String(error);
        return { id: command.id, ok: false, detail: detail.slice(0, 1000), error: true };
      });
      await report(kubelet, done);
    },
    async meet(kubelet) {
      const pods = (await deps.call(kubelet, 'GET', '/pods')) as Readonly<Record<string, Json>>;
      for (const pod of Object.keys(pods)) await tell(kubelet, pod, 'as the host finds it');
    },
    tell,
  };
}

type Published = Extract<KubeletCommand, { verb: 'publish' }>['as'];

/**
 * An endpoint that is not ready stays on the list and takes no new connection: those that it has go on, as kube-proxy
 * leaves them (lb-spec 3.4). It leaves the list when its pod is gone. All other entries stay as they are.
 */
export function publishedList(
  targets: readonly Target[],
  node: string,
  as: Published,
  place: { readonly address: string; readonly port: number } | null,
): readonly Target[] {
  if (as === 'gone') return targets.filter((target) => target.id !== node);
  const draining = as === 'not-ready';
  if (targets.some((target) => target.id === node))
    return targets.map((target) => (target.id === node ? { ...target, draining } : target));
  return draining || place === null ? targets : [...targets, { id: node, ...place, weight: 1, draining }];
}
