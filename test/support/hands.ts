import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';

/** What a person does in every lab, whichever it is: finds a step, commits to a choice, sees that it has passed. */
export interface Hands {
  step(id: string): Locator;
  passed(id: string): Promise<void>;
  commit(place: Locator, choice: string | RegExp): Promise<void>;
  /** No violation on what is on screen now, as WCAG 2.1 A and AA have it. */
  accessible(): Promise<void>;
}

/** `page` is asked anew each time: it is opened after its hands are made. */
export function handsOn(page: () => Page, patient: { readonly timeout: number }, electron = false): Hands {
  return {
    step: (id) => page().getByTestId(`step-${id}`),
    async passed(id) {
      await page().locator(`[data-testid="step-${id}"][data-state="passed"]`).waitFor(patient);
    },
    async commit(place, choice) {
      // Of ten backends the first is not the tenth.
      await place.getByRole('radio', { name: choice, exact: true }).check(patient);
      await place.getByRole('button', { name: 'Commit' }).click();
    },
    async accessible() {
      const axe = new AxeBuilder({ page: page() });
      // Electron gives a page no second context, which axe otherwise opens for frames of other origins; there are none.
      if (electron) axe.setLegacyMode(true);
      const { violations } = await axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze();
      const words = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
      expect(words).toEqual([]);
    },
  };
}
