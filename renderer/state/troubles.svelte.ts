import { toErrorShape } from '../../electron/contract/errors.ts';
import type { ErrorShape } from '../../electron/contract/errors.ts';

export interface Trouble {
  readonly id: number;
  readonly doing: string;
  readonly error: ErrorShape;
}

export interface Troubles {
  readonly list: readonly Trouble[];
  /** Runs an action; what it throws stays on screen until dismissed. True when it went well. */
  attempt(doing: string, action: () => Promise<unknown>): Promise<boolean>;
  dismiss(id: number): void;
}

export function createTroubles(): Troubles {
  let list = $state.raw<readonly Trouble[]>([]);
  let next = 1;
  return {
    get list() {
      return list;
    },
    async attempt(doing, action) {
      try {
        await action();
        return true;
      } catch (thrown) {
        const error = toErrorShape(thrown);
        // Cancelling is what the person asked for, not a trouble.
        if (error.code !== 'cancelled') list = [...list.slice(-3), { id: next++, doing, error }];
        return false;
      }
    },
    dismiss(id) {
      list = list.filter((trouble) => trouble.id !== id);
    },
  };
}
