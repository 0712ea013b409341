/** The only thing the three faces differ in: IPC in Electron, a WebSocket in a browser, a pair in memory. */
export interface Channel {
  post(message: Message): void;
  on(listener: (message: Message) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** JSON that crosses a channel. `k` says which kind. */
export type Message =
  | { readonly k: 'call'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly k: 'ok'; readonly id: number; readonly value: unknown }
  | { readonly k: 'err'; readonly id: number; readonly error: unknown }
  | { readonly k: 'sub'; readonly topic: string; readonly key: string }
  | { readonly k: 'unsub'; readonly topic: string; readonly key: string }
  | { readonly k: 'topic'; readonly topic: string; readonly key: string; readonly value: unknown }
  /** The window has drawn the last value of this topic and can take the next. */
  | { readonly k: 'ready'; readonly topic: string; readonly key: string }
  | { readonly k: 'text'; readonly stream: string; readonly text: string }
  /** Characters of `text` that the reader has consumed: flow control by credit. */
  | { readonly k: 'taken'; readonly stream: string; readonly count: number }
  | { readonly k: 'end'; readonly stream: string; readonly reason: string };
