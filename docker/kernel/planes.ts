import type { L4Settings } from '../protocol/balancer.ts';
import type { KernelPlane as PlaneName } from '../protocol/kernel.ts';
import { dsr } from './dsr.ts';
import { ipvs } from './ipvs.ts';
import { nftDnat } from './nft-dnat.ts';
import type { Front, KernelPlane } from './plane.ts';
import { xdp } from './xdp.ts';

/** Every kernel plane. Adding one is a file, a line here and a name in protocol/kernel.ts. */
const planes: Readonly<
  Record<PlaneName, (front: Front, settings: L4Settings) => Promise<KernelPlane> | KernelPlane>
> = {
  'nft-dnat': nftDnat,
  dsr,
  xdp,
  ipvs,
};

export async function openPlane(settings: L4Settings, front: Front): Promise<KernelPlane> {
  const { plane } = settings;
  if (plane === 'userspace') throw new Error('The plane in user space is not the kernel’s.');
  const opened = await planes[plane](front, settings);
  opened.check(settings);
  return opened;
}
