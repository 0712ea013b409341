import { networkInterfaces } from 'node:os';

/** The one interface of a lab's node, by Docker's name for it. */
export const device = 'eth0';

/**
 * Rules belong to a network of the node's own. On the embedded engine a program shares the network of the whole machine,
 * and there they would be the machine's.
 */
export function requireOwnNetwork(plane: string): void {
  if (process.env.BLINDSPOT_NETWORK === 'own' && networkInterfaces()[device] !== undefined) return;
  throw new Error(
    `The data path "${plane}" needs a network of its own, as a container has. This process shares its machine's, so it touches nothing.`,
  );
}
