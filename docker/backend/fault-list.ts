import type { FaultName, FaultSettings } from '../protocol/faults.ts';
import type { Fault } from './fault.ts';
import { acceptAndReset } from './faults/accept-and-reset.ts';
import { alwaysStatus } from './faults/always-status.ts';
import { crash } from './faults/crash.ts';
import { deadlockedPool } from './faults/deadlocked-pool.ts';
import { dependencyDown } from './faults/dependency-down.ts';
import { errorShare } from './faults/error-share.ts';
import { flap } from './faults/flap.ts';
import { halfOpen } from './faults/half-open.ts';
import { hang } from './faults/hang.ts';
import { ignoreSigterm } from './faults/ignore-sigterm.ts';
import { largeResponse } from './faults/large-response.ts';
import { latency } from './faults/latency.ts';
import { memoryGrowth } from './faults/memory-growth.ts';
import { overload } from './faults/overload.ts';
import { refuse } from './faults/refuse.ts';
import { resetMidResponse } from './faults/reset-mid-response.ts';
import { slowBody } from './faults/slow-body.ts';
import { slowStart } from './faults/slow-start.ts';
import { staleCache } from './faults/stale-cache.ts';
import { truncatedBody } from './faults/truncated-body.ts';
import { wrongCertificate } from './faults/wrong-certificate.ts';
import { wrongContent } from './faults/wrong-content.ts';

/** Every fault there is; the compiler asks for a line for each name of docker/protocol/faults.ts. */
const faults: { readonly [N in FaultName]: Fault<FaultSettings<N>> } = {
  'always-status': alwaysStatus,
  'error-share': errorShare,
  latency: latency,
  hang: hang,
  refuse: refuse,
  'accept-and-reset': acceptAndReset,
  'reset-mid-response': resetMidResponse,
  'truncated-body': truncatedBody,
  'slow-body': slowBody,
  'deadlocked-pool': deadlockedPool,
  'stale-cache': staleCache,
  'dependency-down': dependencyDown,
  overload: overload,
  'slow-start': slowStart,
  flap: flap,
  'memory-growth': memoryGrowth,
  crash: crash,
  'ignore-sigterm': ignoreSigterm,
  'wrong-content': wrongContent,
  'large-response': largeResponse,
  'wrong-certificate': wrongCertificate,
  'half-open': halfOpen,
};

/** `never`: the caller has settings that the schema of this very name made. */
export function faultNamed(name: FaultName): Fault<never> {
  return faults[name];
}
