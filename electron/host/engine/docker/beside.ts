import type Docker from 'dockerode';
import type { BorrowedCapability, ExecHandle } from '../engine.ts';
import { whyNotRunning } from './containers.ts';
import { dockerFailure, statusOf } from './failure.ts';
import { frameReader } from './frames.ts';
import { createHelper } from './helper.ts';

/**
 *   host's input  -> helper's stdin  (its end is the command's sign to go)
 *   host's bytes <- helper's stdout, in the node's own network namespace
 *
 * The engine closes the input when the host is gone and removes the helper when its command has ended: nothing is left
 * behind by a host that was killed. Whatever the session's labels find is removed with the session.
 */
const endGraceMs = 5000;
const keptComplaint = 2000;

export async function openBeside(
  docker: Docker,
  session: string,
  node: string,
  image: string,
  command: readonly string[],
  capabilities: readonly BorrowedCapability[],
): Promise<ExecHandle> {
  try {
    const helper = await createHelper(docker, {
      session,
      node,
      image,
      command,
      capabilities,
      host: { AutoRemove: true },
    });
    try {
      const raw = await helper.attach({
        stream: true,
        stdin: true,
        stdout: true,
        stderr: true,
        hijack: true,
      });
      const gone = helper.wait({ condition: 'removed' }) as Promise<{ StatusCode: number }>;
      gone.catch(() => undefined);
      const handle = besideHandle(helper, raw, gone);
      await helper.start();
      return handle;
    } catch (error) {
      await helper.remove({ force: true }).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    // 409 here: the node whose network the helper was to join is not running.
    if (statusOf(error) === 409 || statusOf(error) === 404) throw await whyNotRunning(docker, session, node);
    throw dockerFailure(`No helper started beside ${node}`, error);
  }
}

function besideHandle(
  helper: Docker.Container,
  raw: NodeJS.ReadWriteStream,
  gone: Promise<{ StatusCode: number }>,
): ExecHandle {
  let onText: (text: string) => void = () => undefined;
  let complaint = '';
  let closed = false;
  const output = Promise.withResolvers<null>();
  const read = frameReader((stream, chunk) => {
    if (stream === 'stdout') onText(chunk.toString('latin1'));
    else complaint = (complaint + chunk.toString()).slice(-keptComplaint);
  });
  // Nothing flows before somebody listens, so that no first byte is lost.
  raw.pause();
  for (const event of ['end', 'close', 'error']) raw.on(event, () => output.resolve(null));
  const exit = gone.then(
    ({ StatusCode: code }) => code,
    () => null,
  );
  return {
    exit,
    onText(listener) {
      onText = listener;
      raw.on('data', read);
      raw.resume();
    },
    onEnd(listener) {
      void Promise.all([exit, output.promise]).then(([code]) => {
        const how = code === null ? 'its end was not seen' : `ended with exit code ${code}`;
        listener(complaint === '' ? how : `${how}: ${complaint.trim()}`);
      });
    },
    write(text) {
      if (raw.writable) raw.write(text);
    },
    resize: () => Promise.resolve(),
    pause: () => void raw.pause(),
    resume: () => void raw.resume(),
    close() {
      if (closed) return;
      closed = true;
      raw.end();
      const force = setTimeout(() => {
        void helper.remove({ force: true }).catch(() => undefined);
      }, endGraceMs);
      void exit.then(() => clearTimeout(force));
    },
  };
}
