import type { CapturePiece } from '../../electron/contract/capture.ts';
import { download } from '../record/download.ts';
import type { Connection } from '../state/connection.svelte.ts';

/** The capture comes in parts that a message can carry; joined they are one file. */
export async function downloadCapture(connection: Connection): Promise<void> {
  const parts: BlobPart[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const part: CapturePiece = await connection.call('capture.export', { after });
    parts.push(Uint8Array.from(atob(part.data), (character) => character.charCodeAt(0)));
    after = part.next;
    if (after === null) download(part.name, parts, 'application/x-pcapng');
  }
}
