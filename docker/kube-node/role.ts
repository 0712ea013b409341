// client -> this node's address:nodePort -> [kernel: KUBE-NODEPORTS, KUBE-SVC, KUBE-SEP, DNAT] -> one endpoint
import type { z } from 'zod';
import { processStats } from '../lib/process-stats.ts';
import type { Context, Program, Role } from '../lib/program-types.ts';
import { kubeNodeConfigSchema, kubeNodeSettingsSchema } from '../protocol/kube-node.ts';
import type { KubeNodeConfig, KubeNodeSettings } from '../protocol/kube-node.ts';

/**
 * A Kubernetes node forwards in its kernel, by the rules that its engine loaded. This process only keeps the node's
 * network alive and says what stands in it; no packet ever passes through it.
 */
export const kubeNodeRole: Role<KubeNodeConfig> = {
  role: 'kube-node',
  schema: kubeNodeConfigSchema,
  start(config: KubeNodeConfig, context: Context): Program {
    const { settings } = config;
    return {
      stats: () => ({ role: 'kube-node', process: processStats(context.node, context.now()) }),
      settings: { schema: unchanged(settings), get: () => settings, apply: () => undefined },
      // Nothing is open but the admin socket, which is not ours to close.
      stop: () => Promise.resolve(),
    };
  },
};

/** A changed setting would only be a claim: the rules in the kernel would still be those of the start. */
function unchanged(settings: KubeNodeSettings): z.ZodType<KubeNodeSettings> {
  const now = JSON.stringify(settings);
  return kubeNodeSettingsSchema.refine(
    (next) => JSON.stringify(next) === now,
    'the kernel holds these rules since the node was made; they change only with a new node',
  );
}
