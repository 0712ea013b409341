import { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { BlindspotError } from '../../../contract/errors.ts';
import { containerName, whyNotRunning } from './containers.ts';
import { dockerFailure, statusOf } from './failure.ts';
import { frameReader } from './frames.ts';

/**
 *   host <-> engine's API (one hijacked connection) <-> exec of nc -N -U <-> the node's admin socket
 *
 * No port, no mount, the same on a remote engine. -N matters: when the host is killed the engine closes nc's input, and
 * only with -N does nc pass that end on and go; without it, it would outlive the host.
 */
const socket = '/run/blindspot/admin.sock';
/**
 * The program may still be starting: its socket is waited for inside, where waiting is cheap. Bash's own timed read, on
 * a pipe that never speaks, costs no process a turn as `sleep` would, and twelve nodes start at once. 500 x 20 ms = 10 s.
 */
const reach = `exec 9<> <(:)
for ((n = 0; n < 500; n++)); do
  [[ -S ${socket} ]] && exec nc -N -U ${socket} 9>&-
  read -rt 0.02 -u 9
done
echo "no admin socket after 10 s" >&2
exit 1`;

export async function openControl(docker: Docker, session: string, node: string): Promise<Duplex> {
  try {
    const exec = await docker.getContainer(containerName(session, node)).exec({
      Cmd: ['bash', '-c', reach],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    return demultiplexed(await exec.start({ hijack: true, stdin: true }), node);
  } catch (error) {
    if (statusOf(error) === 409 || statusOf(error) === 404) throw await whyNotRunning(docker, session, node);
    throw dockerFailure(`${node} cannot be reached`, error);
  }
}

/** What nc prints on its error output ends the stream as an error: it never mixes with the admin API's bytes. */
export function demultiplexed(raw: Duplex, node: string): Duplex {
  let complaint = '';
  const duplex = new Duplex({
    read: () => {
      raw.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      raw.write(chunk, (error) => done(error ?? null));
    },
    final: (done) => {
      raw.end(done);
    },
    destroy: (error, done) => {
      raw.destroy();
      done(error);
    },
  });
  const read = frameReader((stream, chunk) => {
    if (stream === 'stderr') complaint = (complaint + chunk.toString()).slice(-500);
    else if (!duplex.push(chunk)) raw.pause();
  });
  raw.on('data', read);
  raw.on('end', () => {
    if (complaint === '') duplex.push(null);
    else duplex.destroy(unreachable(node, complaint.trim()));
  });
  raw.on('error', (error) => duplex.destroy(dockerFailure(`The line to ${node} broke`, error)));
  raw.on('close', () => {
    if (!duplex.readableEnded) duplex.push(null);
  });
  return duplex;
}

function unreachable(node: string, detail: string): BlindspotError {
  return new BlindspotError({
    code: 'node-unreachable',
    message: `${node} does not answer on its admin socket: ${detail}.`,
    next: 'Look at its log; start it again if its program has died.',
    where: node,
  });
}
