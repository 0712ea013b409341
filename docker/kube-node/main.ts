import { runProgram } from '../lib/run-program.ts';
import { kubeNodeRole } from './role.ts';

await runProgram(kubeNodeRole);
