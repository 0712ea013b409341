import { recall, remember } from './memory.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';

export interface Theme {
  readonly choice: ThemeChoice;
  readonly dark: boolean;
  toggle(): void;
}

/** Follows the system until the person chooses. */
export function createTheme(): Theme {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const stored = recall('theme');
  let choice = $state<ThemeChoice>(stored === 'light' || stored === 'dark' ? stored : 'system');
  let systemDark = $state(system.matches);
  const dark = $derived(choice === 'system' ? systemDark : choice === 'dark');
  const apply = (): void => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  };
  system.addEventListener('change', (event) => {
    systemDark = event.matches;
    apply();
  });
  apply();
  return {
    get choice() {
      return choice;
    },
    get dark() {
      return dark;
    },
    toggle() {
      choice = dark ? 'light' : 'dark';
      remember('theme', choice);
      apply();
    },
  };
}
