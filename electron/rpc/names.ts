/** Electron's IPC knows one channel: the preload hands over a port on it, and all else flows through the port. */
export const ipcChannel = 'blindspot:channel';
