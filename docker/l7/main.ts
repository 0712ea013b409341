import { runProgram } from '../lib/run-program.ts';
import { l7Role } from './role.ts';

await runProgram(l7Role);
