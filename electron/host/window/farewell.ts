import type { Host } from '../../contract/requests.ts';
import type { SessionState } from '../../contract/session.ts';
import { toErrorShape } from '../../contract/errors.ts';

export interface Farewell {
  readonly host: Host;
  readonly close: () => Promise<void>;
  readonly say: (line: string) => void;
  readonly exit: (code: number) => void;
}

/** What a stop signal does: the first takes a lab that is up down, says so, and ends; the second ends at once. */
export function farewell({ host, close, say, exit }: Farewell): () => Promise<void> {
  let leaving = false;
  return async () => {
    if (leaving) {
      say('Ended at once. A lab may still be up: "npm run lab -- down --all" removes what is left.');
      exit(130);
      return;
    }
    leaving = true;
    let code = 0;
    try {
      const session = presentSession(host);
      if (session !== null) {
        say(`Taking "${session.title}" down... (Ctrl-C again ends at once)`);
        await takeDown(host);
        say('The lab is down; nothing of it is left.');
      }
    } catch (error) {
      const { message, next } = toErrorShape(error);
      say(`The lab could not be taken down: ${message}`);
      say(next ?? '"npm run lab -- down --all" removes what is left.');
      code = 1;
    }
    await close();
    await host.dispose();
    exit(code);
  };
}

/** The lab that is up now, as the host says; null when there is none. */
export function presentSession(host: Host): SessionState | null {
  let session: SessionState | null = null as SessionState | null;
  host.subscribe('session', '', (value) => {
    session = value;
  })();
  return session;
}

export async function takeDown(host: Host): Promise<void> {
  // Opens no stream, so it needs no channel.
  await host.call('lab.down', {}, { openStream: () => '', stream: () => undefined });
}
