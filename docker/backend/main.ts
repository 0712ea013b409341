import { runProgram } from '../lib/run-program.ts';
import { keepHeapSmall } from '../lib/small-heap.ts';
import { backendRole } from './backend.ts';

keepHeapSmall();
await runProgram(backendRole);
