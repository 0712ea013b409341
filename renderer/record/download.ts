import type { RecordedPiece } from '../../electron/contract/recording.ts';
import type { Connection } from '../state/connection.svelte.ts';

/** Hands a file that the window made to the person; nothing is fetched. */
export function download(name: string, parts: readonly BlobPart[], type: string): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export async function downloadReport(
  connection: Connection,
  session: string,
  form: 'html' | 'json',
): Promise<void> {
  const { name, type, text } = await connection.call('report.make', { session, form });
  download(name, [text], type);
}

/** The recording comes in parts that a message can carry; joined they are one gzip file. */
export async function downloadRecording(connection: Connection, session: string): Promise<void> {
  const parts: BlobPart[] = [];
  let after: string | null = null;
  do {
    const part: RecordedPiece = await connection.call('recording.export', { session, after });
    parts.push(Uint8Array.from(atob(part.data), (character) => character.charCodeAt(0)));
    after = part.next;
    if (after === null) download(part.name, parts, 'application/gzip');
  } while (after !== null);
}
