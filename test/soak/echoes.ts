import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';

/** The targets of a soak, in a thread of their own: who sends 2,000 streams a second has no time to answer them, too. */
export interface Echoes {
  readonly places: readonly { readonly address: string; readonly port: number }[];
  /** Whether one accepts at the port where it is asked how it is. */
  well(index: number, yes: boolean): Promise<void>;
  /** Streams that are open now, at all of them. */
  open(): Promise<number>;
  end(): Promise<void>;
}

const placesSchema = z.array(z.object({ address: z.string(), port: z.number() }));
const answerSchema = z.object({
  id: z.number(),
  open: z.number().optional(),
  problem: z.string().nullable().optional(),
});
type Answer = z.output<typeof answerSchema>;

export async function startEchoes(addresses: readonly string[], checkPort: number): Promise<Echoes> {
  const worker = new Worker(new URL('./echo-worker.ts', import.meta.url), {
    workerData: { addresses, checkPort },
  });
  const [first] = (await once(worker, 'message')) as readonly unknown[];
  const places = placesSchema.parse(first);
  const waiting = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  worker.on('message', (message: unknown) => {
    const answer = answerSchema.parse(message);
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ask = async (question: object): Promise<Answer> => {
    const id = ++lastId;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    worker.postMessage({ ...question, id });
    return await answered;
  };
  return {
    places,
    async well(index, yes) {
      const { problem } = await ask({ ask: 'well', index, yes });
      if (problem != null) throw new Error(problem);
    },
    open: async () => (await ask({ ask: 'open' })).open ?? 0,
    async end() {
      await worker.terminate();
    },
  };
}
