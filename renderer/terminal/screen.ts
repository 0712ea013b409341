import { FitAddon } from '@xterm/addon-fit';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';

/** xterm behind a small face: text in, text out, a size. The element outlives the tab that shows it. */
export interface Screen {
  readonly element: HTMLElement;
  readonly cols: number;
  readonly rows: number;
  /** `drawn` is called when the text has been parsed, which is what flow control counts. */
  write(text: string, drawn: () => void): void;
  onInput(listener: (text: string) => void): void;
  onResize(listener: (cols: number, rows: number) => void): void;
  fit(): void;
  focus(): void;
  colours(): void;
  dispose(): void;
}

export function createScreen(label: string): Screen {
  const element = document.createElement('div');
  element.className = 'screen';
  const terminal = new Terminal({
    fontFamily: style('--mono'),
    fontSize: 12.5,
    lineHeight: 1.15,
    scrollback: 5000,
    cursorBlink: false,
    allowProposedApi: false,
    // WCAG AA for whatever colours a program prints, on either surface.
    minimumContrastRatio: 4.5,
    theme: palette(),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  let opened = false;

  const openOnce = (): void => {
    if (opened || element.clientWidth === 0) return;
    opened = true;
    terminal.open(element);
    terminal.textarea?.setAttribute('aria-label', `Terminal of ${label}`);
    accelerate(terminal);
  };

  return {
    element,
    get cols() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    write: (text, drawn) => terminal.write(text, drawn),
    onInput: (listener) => terminal.onData(listener),
    onResize: (listener) => terminal.onResize(({ cols, rows }) => listener(cols, rows)),
    fit() {
      openOnce();
      if (opened && element.clientWidth > 0 && element.clientHeight > 0) fit.fit();
    },
    focus: () => terminal.focus(),
    colours() {
      terminal.options.theme = palette();
    },
    dispose: () => terminal.dispose(),
  };
}

/** WebGL where the machine really has it; a software rasteriser or a lost context is slower than the DOM renderer. */
function accelerate(terminal: Terminal): void {
  const probe = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (probe === null) return;
  const names = probe.getExtension('WEBGL_debug_renderer_info');
  const rasteriser = names === null ? '' : String(probe.getParameter(names.UNMASKED_RENDERER_WEBGL));
  probe.getExtension('WEBGL_lose_context')?.loseContext();
  if (rasteriser === '' || /swiftshader|llvmpipe|software/i.test(rasteriser)) return;
  try {
    const addon = new WebglAddon();
    addon.onContextLoss(() => addon.dispose());
    terminal.loadAddon(addon);
  } catch {
    // The DOM renderer is already there.
  }
}

function palette() {
  return {
    background: style('--sunken'),
    foreground: style('--text'),
    cursor: style('--ink'),
    cursorAccent: style('--sunken'),
    selectionBackground: style('--l4-soft'),
    green: style('--good'),
    red: style('--bad'),
    yellow: style('--amber'),
    blue: style('--l4'),
    magenta: style('--l7'),
    brightGreen: style('--good'),
    brightRed: style('--bad'),
    brightYellow: style('--amber'),
    brightBlue: style('--l4'),
    brightMagenta: style('--l7'),
    brightBlack: style('--muted'),
    white: style('--text'),
    brightWhite: style('--text'),
  };
}

function style(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
