import { setDefaultResultOrder } from 'node:dns';
import { clientConfigSchema } from '../protocol/client.ts';
import { runProgram } from '../lib/run-program.ts';
import { startClient } from './client.ts';

// The labs' networks are IPv4; a name such as localhost must not end at ::1, where nobody listens.
setDefaultResultOrder('ipv4first');

await runProgram({ role: 'client', schema: clientConfigSchema, start: startClient });
