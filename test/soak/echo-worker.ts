import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { startEcho } from '../support/checked-streams.ts';

const { addresses, checkPort } = z
  .object({ addresses: z.array(z.string()), checkPort: z.number() })
  .parse(workerData);
const questionSchema = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('well'), id: z.number(), index: z.number(), yes: z.boolean() }),
  z.object({ ask: z.literal('open'), id: z.number() }),
]);

/** The other end of the streams, on a core of its own where there is one. Each question is answered by its number. */
const echoes = await Promise.all(addresses.map((address) => startEcho(address, checkPort)));
parentPort?.postMessage(echoes.map(({ address, port }) => ({ address, port })));
parentPort?.on('message', (message: unknown) => {
  const question = questionSchema.parse(message);
  const reply = (answer: object) => parentPort?.postMessage({ id: question.id, ...answer });
  if (question.ask === 'open') reply({ open: echoes.reduce((sum, echo) => sum + echo.open, 0) });
  else {
    const said = (problem: string | null) => reply({ problem });
    Promise.resolve(echoes[question.index]?.well(question.yes)).then(
      () => said(null),
      (error: unknown) => said(String(error)),
    );
  }
});
