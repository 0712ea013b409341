import { tryPlanes } from './trials.ts';

/** Not a role: it says as JSON which data paths the kernel under this container can run, and ends. */
process.stdout.write(`${JSON.stringify(await tryPlanes())}\n`);
