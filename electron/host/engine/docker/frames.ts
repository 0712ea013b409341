/**
 * Docker's multiplexed stream (Engine API, "attach"): [stream, 0, 0, 0, length as uint32 BE] payload, again and again.
 * Payload is handed on as it arrives, without waiting for a frame to be whole and without a copy.
 */
export type FrameStream = 'stdout' | 'stderr';

const headerBytes = 8;

export function frameReader(onChunk: (stream: FrameStream, chunk: Buffer) => void): (data: Buffer) => void {
  const header = Buffer.alloc(headerBytes);
  let have = 0;
  let left = 0;
  let stream: FrameStream = 'stdout';
  return (data) => {
    let at = 0;
    while (at < data.length) {
      if (left === 0) {
        const copied = data.copy(header, have, at, at + headerBytes - have);
        have += copied;
        at += copied;
        if (have < headerBytes) return;
        have = 0;
        stream = header[0] === 2 ? 'stderr' : 'stdout';
        left = header.readUInt32BE(4);
      } else {
        const chunk = data.subarray(at, at + left);
        at += chunk.length;
        left -= chunk.length;
        onChunk(stream, chunk);
      }
    }
  };
}
