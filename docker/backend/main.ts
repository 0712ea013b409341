import { runProgram } from '../lib/run-program.ts';
import { backendRole } from './backend.ts';

await runProgram(backendRole);
