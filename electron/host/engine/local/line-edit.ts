/** What a terminal driver does for a line, for a shell that has none: echo, rubout, Enter, Ctrl-C, Ctrl-D. */
export interface LineSink {
  line(text: string): void;
  echo(text: string): void;
  interrupt(): void;
}

export function editLine(sink: LineSink): (keys: string) => void {
  let line = '';
  const act = (key: string): void => {
    switch (key) {
      case '\r':
      case '\n':
        sink.echo('\r\n');
        sink.line(`${line}\n`);
        line = '';
        break;
      case '\x7f':
      case '\b':
        if (line !== '') sink.echo('\b \b');
        line = line.replace(/.$/su, '');
        break;
      case '\x03':
        sink.echo('^C\r\n');
        line = '';
        sink.interrupt();
        break;
      case '\x04':
        if (line === '') sink.line('exit\n');
        break;
      default:
        if (key < ' ') break;
        line += key;
        sink.echo(key);
    }
  };
  return (keys) => {
    // Arrow keys and the like come as escape sequences, which this cannot serve.
    // eslint-disable-next-line no-control-regex
    for (const key of keys.replaceAll(/\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]/g, '')) act(key);
  };
}
