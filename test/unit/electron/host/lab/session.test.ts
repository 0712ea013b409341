import { describe, expect, it } from 'vitest';
import { BlindspotError } from '../../../../../electron/contract/errors.ts';
import type { ErrorCode } from '../../../../../electron/contract/errors.ts';
import type { Engine } from '../../../../../electron/host/engine/engine.ts';
import type { CertificateStore } from '../../../../../electron/host/lab/certificate-store.ts';
import type { Lab } from '../../../../../electron/host/lab/lab.ts';
import { Session } from '../../../../../electron/host/lab/session.ts';

const trouble = (code: ErrorCode) => () => Promise.reject(new BlindspotError({ code, message: code }));

/** A lab of no nodes, on an engine that fails while it is prepared and again when what was made is to be removed. */
function sessionOn(preparing: ErrorCode, removing: ErrorCode | null): Session {
  const nothing = () => undefined;
  const engine = {
    id: 'docker',
    prepare: trouble(preparing),
    remove: removing === null ? () => Promise.resolve() : trouble(removing),
  } as unknown as Engine;
  const lab = {
    id: 'lab',
    file: { title: 'A lab', hosts: {} },
    nodes: {},
    acts: [{ id: 'act', nodes: {}, steps: [] }],
  } as unknown as Lab;
  const store = { forget: () => Promise.resolve() } as unknown as CertificateStore;
  const listener = {
    changed: nothing,
    event: nothing,
    tick: nothing,
    requests: nothing,
    settings: nothing,
    capture: nothing,
    engine: nothing,
  };
  return new Session(lab, engine, 1, store, listener);
}

const start = (session: Session) => session.start(() => undefined, new AbortController().signal);

describe('a start that fails', () => {
  it('says why, and is failed', async () => {
    const session = sessionOn('image-failed', null);
    await expect(start(session)).rejects.toMatchObject({ code: 'image-failed' });
    expect(session.state(new Set())).toMatchObject({ phase: 'failed', error: { code: 'image-failed' } });
  });

  it('is explained by the engine that went away meanwhile, not by what that made of a node', async () => {
    const session = sessionOn('node-unreachable', 'engine-lost');
    await expect(start(session)).rejects.toMatchObject({ code: 'engine-lost' });
    expect(session.state(new Set())).toMatchObject({ phase: 'failed', error: { code: 'engine-lost' } });
  });

  it('keeps its own reason where what was made could not be removed for another', async () => {
    const session = sessionOn('image-failed', 'engine-failed');
    await expect(start(session)).rejects.toMatchObject({ code: 'image-failed' });
  });
});
