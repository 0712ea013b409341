import { adminOver } from '../../support/admin-over.ts';
import { dockerEngine } from '../../support/docker-engine.ts';

/** A host with two control streams open, one of them in the middle of an endless answer. It waits to be killed. */
const [session = '', node = ''] = process.argv.slice(2);
const engine = await dockerEngine();
const idle = adminOver(await engine.control(session, node));
await idle.get('/');
const watching = adminOver(await engine.control(session, node));
await watching.get('/');
watching.get('/watch?ms=100').catch(() => undefined);
process.stdout.write('open\n');
