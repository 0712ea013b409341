import { runProgram } from '../lib/run-program.ts';
import { l4Role } from './role.ts';

await runProgram(l4Role);
