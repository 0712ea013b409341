import { runProgram } from '../lib/run-program.ts';
import { peers } from './peers.ts';

/** One bundle for the whole image: every role of it is a system beside which this program stands. */
const role = process.env.BLINDSPOT_ROLE ?? '';
const run = peers[role];
if (run === undefined) {
  process.stderr.write(
    `This image has no system for the role "${role}"; it has ${Object.keys(peers).join(', ')}.\n`,
  );
  process.exit(2);
}
await run(runProgram);
