// kubelet --probe--> pod; kubelet --commands--> host --> engine and balancers; host --reports--> kubelet
import { systemClock } from '../balancing/clock.ts';
import { probeTarget } from '../balancing/probe/probes.ts';
import { AdminProblem, parseOrRefuse } from '../lib/admin-problem.ts';
import type { AdminRoute } from '../lib/admin-route.ts';
import { processStats } from '../lib/process-stats.ts';
import type { Context, Program, Role } from '../lib/program-types.ts';
import { kubeletConfigSchema, kubeletReportSchema, kubeletSettingsSchema } from '../protocol/kubelet.ts';
import type { KubeletConfig, KubeletSettings } from '../protocol/kubelet.ts';
import { createKubelet } from './kubelet.ts';
import type { Kubelet } from './kubelet.ts';

/** The kubelet as a program: it decides; its commands are the host's to carry out. */
export const kubeletRole: Role<KubeletConfig> = {
  role: 'kubelet',
  schema: kubeletConfigSchema,
  start(config: KubeletConfig, context: Context): Program {
    let settings: KubeletSettings = config.settings;
    const { emit } = context.events;
    const kubelet = createKubelet(settings, { clock: systemClock, probe: probeTarget, emit });
    return {
      stats: () => ({
        role: 'kubelet',
        process: processStats(context.node, context.now()),
        pods: kubelet.pods(),
      }),
      settings: {
        schema: kubeletSettingsSchema,
        get: () => settings,
        apply(next) {
          settings = next as KubeletSettings;
          kubelet.configure(settings);
        },
      },
      routes: routes(kubelet),
      stop() {
        kubelet.dispose();
        return Promise.resolve();
      },
    };
  },
};

function routes(kubelet: Kubelet): readonly AdminRoute[] {
  return [
    { method: 'GET', path: '/pods', handle: () => kubelet.pods() },
    {
      method: 'POST',
      path: '/pods/:name/delete',
      handle: ({ params: { name = '' } }) => {
        if (kubelet.delete(name)) return kubelet.pods()[name];
        throw new AdminProblem('not-found', `there is no pod "${name}"; GET /pods lists them`);
      },
    },
    {
      method: 'POST',
      path: '/commands/:id/take',
      handle: ({ params: { id } }) => ({ take: kubelet.take(Number(id)) }),
    },
    {
      method: 'POST',
      path: '/reports',
      handle: ({ body }) => {
        kubelet.report(parseOrRefuse(kubeletReportSchema, body));
        return {};
      },
    },
  ];
}
