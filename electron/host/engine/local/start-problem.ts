import { BlindspotError } from '../../../contract/errors.ts';
import type { ExecSpec, NodeSpec } from '../engine.ts';

/** A process on the person's own machine gets no rules in its kernel: a lab that needs them says so and runs elsewhere. */
export function refuseUnmet(nodes: readonly NodeSpec[]): void {
  const unmet = nodes.find(
    ({ sysctls, netfilter, routes, capabilities }) =>
      netfilter !== null ||
      routes !== undefined ||
      capabilities !== undefined ||
      Object.keys(sysctls).length > 0,
  );
  if (unmet === undefined) return;
  throw new BlindspotError({
    code: 'lab-needs',
    message: `${unmet.name} needs kernel settings of its own, which a process on this machine cannot have.`,
    next: 'Start this lab on the Docker engine.',
    where: unmet.name,
  });
}

/** Processes here share the machine's own network: a helper beside one of them would see everything on it. */
export function refuseBeside(node: string, command: ExecSpec): void {
  if (command.beside === undefined) return;
  throw new BlindspotError({
    code: 'lab-needs',
    message: `${node} is a process on this machine and has no network of its own to look into.`,
    next: 'Start this lab on the Docker engine.',
    where: node,
  });
}

/** What can end a start, in words; what is ours already stays as it is. */
export function startProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'AbortError') {
    return new BlindspotError({
      code: 'cancelled',
      message: 'The start was stopped.',
      next: 'Start it again when you like.',
    });
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new BlindspotError(
    {
      code: 'disk-full',
      message: `There is no room left to write ${path ?? 'what the nodes need'}.`,
      next: 'Free some space and start the lab again.',
    },
    error,
  );
}
