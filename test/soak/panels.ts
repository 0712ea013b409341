import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright';

/** As large as a window usually is, and as small as it may be; dark and light by turns. */
const looks = [
  { name: 'dark', width: 1440, height: 900, colorScheme: 'dark' },
  { name: 'light', width: 1100, height: 720, colorScheme: 'light' },
] as const;

/** Every panel of the dock as it is now, in both looks, and what axe has to say of each. */
export async function lookAtPanels(page: Page, folder: string, lab: string): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const { name, width, height, colorScheme } of looks) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    for (const one of await page.getByRole('tablist', { name: 'Dock' }).getByRole('tab').all()) {
      const tab = ((await one.getAttribute('id')) ?? '').replace(/^tab-/, '');
      await one.click();
      // What a panel asks for when it is opened is there by its second look.
      await page.locator(`#panel-${tab}`).waitFor();
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(folder, `${lab}--${tab}-${name}.png`) });
      const { violations } = await new AxeBuilder({ page })
        // The rest of the window is the same whatever panel is open: once is enough.
        .include(tab === 'terminals' ? 'body' : `#panel-${tab}`)
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
        .analyze();
      for (const { id, nodes } of violations) {
        const [first] = nodes;
        complaints.push(`${lab}, ${tab}, ${name}: ${id}: ${first?.html ?? ''} (${nodes.length})`);
      }
    }
  }
  const [first] = looks;
  await page.setViewportSize(first);
  await page.emulateMedia({ colorScheme: first.colorScheme });
  return complaints;
}
