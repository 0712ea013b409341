import { isDeepStrictEqual } from 'node:util';
import type { L7Settings } from '../../protocol/balancer.ts';
import type { Json } from '../../protocol/json.ts';
import { policyKinds } from './policies.ts';
import type { PolicyKind } from './policy-kind.ts';
import type { Answer, Call, Policy, Services } from './policy.ts';

/** An answer, and the policy that gave it. */
export interface Verdict {
  readonly by: string;
  readonly answer: Answer;
}

/** The policies that are on, in order. */
export interface Pipeline {
  /** Null lets the request go on. A promise only where a policy needed one: most decide at once. */
  run(call: Call): Verdict | null | Promise<Verdict | null>;
  update(settings: L7Settings): void;
  stats(): Readonly<Record<string, Json>>;
  dispose(): void;
}

interface Slot {
  readonly kind: PolicyKind;
  policy: Policy | null;
  settings: unknown;
}

export function createPipeline(
  first: L7Settings,
  services: Services,
  kinds: readonly PolicyKind[] = policyKinds,
): Pipeline {
  const slots: Slot[] = kinds.map((kind) => ({
    kind,
    settings: first[kind.key],
    policy: kind.create(first, services, null),
  }));
  let active: readonly Policy[] = onOnly(slots);

  const from = (index: number, call: Call): Verdict | null | Promise<Verdict | null> => {
    for (let at = index; at < active.length; at++) {
      const policy = active[at];
      if (policy === undefined) return null;
      const decided = policy.request(call);
      if (decided instanceof Promise) {
        return decided.then((answer) => (answer === null ? from(at + 1, call) : { by: policy.name, answer }));
      }
      if (decided !== null) return { by: policy.name, answer: decided };
    }
    return null;
  };

  return {
    run: (call) => from(0, call),
    update(settings) {
      for (const slot of slots) {
        const own = settings[slot.kind.key];
        if (isDeepStrictEqual(own, slot.settings)) continue;
        const before = slot.policy;
        // May refuse by throwing: then the slot is as it was.
        slot.policy = slot.kind.create(settings, services, before);
        slot.settings = own;
        before?.dispose?.();
      }
      active = onOnly(slots);
    },
    stats: () =>
      Object.fromEntries(active.flatMap(({ name, stats }) => (stats === undefined ? [] : [[name, stats()]]))),
    dispose() {
      for (const { policy } of slots) policy?.dispose?.();
    },
  };
}

function onOnly(slots: readonly Slot[]): readonly Policy[] {
  return slots.flatMap(({ policy }) => (policy === null ? [] : [policy]));
}
