import { code, frameBytes, largestWindow, setting } from './codes.ts';
import { ConnectionError } from './connection-error.ts';

export interface PeerSettings {
  tableBytes?: number;
  initialWindow?: number;
  streams?: number;
  connectProtocol?: boolean;
}

const largestFrame = 2 ** 24 - 1;

/** RFC 9113 section 6.5.2: what is said of us; of what nobody knows, nothing. The last word on a setting counts. */
export function readSettings(
  bytes: Buffer,
  start: number,
  end: number,
  peer: 'client' | 'target',
): PeerSettings {
  if ((end - start) % 6 !== 0) throw new ConnectionError(code.frameSizeError, 'SETTINGS cut short');
  const said: PeerSettings = {};
  for (let at = start; at < end; at += 6) {
    const value = bytes.readUInt32BE(at + 2);
    switch (bytes.readUInt16BE(at)) {
      case setting.headerTableSize:
        said.tableBytes = value;
        break;
      case setting.enablePush:
        // A server has nobody to promise anything to (section 6.5.2).
        if (value > (peer === 'client' ? 1 : 0))
          throw new ConnectionError(code.protocolError, `ENABLE_PUSH of ${value}`);
        break;
      case setting.maxConcurrentStreams:
        said.streams = value;
        break;
      case setting.initialWindowSize:
        if (value > largestWindow)
          throw new ConnectionError(code.flowControlError, 'a window beyond its bound');
        said.initialWindow = value;
        break;
      case setting.maxFrameSize:
        if (value < frameBytes || value > largestFrame)
          throw new ConnectionError(code.protocolError, `MAX_FRAME_SIZE of ${value}`);
        break;
      case setting.enableConnectProtocol:
        if (value > 1) throw new ConnectionError(code.protocolError, `ENABLE_CONNECT_PROTOCOL of ${value}`);
        said.connectProtocol = value === 1;
        break;
      default:
    }
  }
  return said;
}
