import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import type { PickReason } from '../../../docker/protocol/pick.ts';
import type { PickView } from '../../contract/picks.ts';

const kept = 100;

type PickEvent = Extract<ProgramEvent, { type: 'note' }> & { readonly data: PickReason };

/** A balancer that was asked says why it picked whom as a note of this name. */
export function isPick(event: ProgramEvent): event is PickEvent {
  return event.type === 'note' && event.text === 'pick' && event.data !== undefined;
}

export function picksOf(events: readonly ProgramEvent[]): readonly PickEvent[] {
  return events.filter(isPick).slice(-kept);
}

export function pickView({ seq, at, data }: PickEvent): PickView {
  const { algorithm, picked, why, hash, candidates, flow } = data;
  return {
    seq,
    at,
    algorithm,
    picked,
    why,
    from: `${flow.sourceAddress}:${flow.sourcePort}`,
    hash,
    candidates,
  };
}
