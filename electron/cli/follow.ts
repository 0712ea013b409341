import type { Controller } from '../host/controller.ts';
import { health } from '../host/views.ts';

const everyMs = 1000;

/** Prints one line a second of what is measured, until Ctrl-C or SIGTERM. */
export async function follow(controller: Controller, say: (line: string) => void): Promise<void> {
  const session = controller.session;
  if (session === null) return;
  say(`${session.lab.file.title} is up on ${session.engine.id} (${session.id}). Ctrl-C takes it down.`);
  const timer = setInterval(() => say(line(controller)), everyMs);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  clearInterval(timer);
}

function line(controller: Controller): string {
  const session = controller.session;
  const tick = session?.telemetry.recent(1)[0];
  const clients = Object.entries(tick?.clients ?? {}).map(([name, client]) => {
    const outcomes = Object.entries(client.outcomes)
      .filter(([, rate]) => rate > 0)
      .map(([outcome, rate]) => `${outcome} ${rate.toFixed(0)}/s`);
    return `${name}: ${client.offered.toFixed(0)}/s sent, ${outcomes.join(', ') || 'nothing answered'}`;
  });
  const targets = health(controller).map(({ balancer, rows }) => {
    const healthy = rows.filter((row) => row.state === 'healthy').length;
    return `${balancer}: ${healthy} of ${rows.length} healthy`;
  });
  const step = controller.runner?.openStep();
  return [...clients, ...targets, `open step: ${step ?? 'none'}`].join(' | ');
}
