import { device } from './own-network.ts';
import type { Front } from './plane.ts';
import { runTool } from './tool.ts';

/** Puts a virtual address on this node, beside its own. It answers ARP for it from then on. */
export async function takeAddress(front: Front): Promise<void> {
  if (front.virtual) await runTool('ip', ['address', 'replace', `${front.address}/32`, 'dev', device]);
}
