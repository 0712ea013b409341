import { runProgram } from '../lib/run-program.ts';
import { kubeletRole } from './role.ts';

await runProgram(kubeletRole);
