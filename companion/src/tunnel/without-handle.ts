import { Duplex } from 'node:stream';

/**
 * The same connection as a stream of JavaScript only. HTTP/2 would take over the native handle of an upgraded socket,
 * and with it lose bytes that the socket had read already, and abort the whole process when a write was still under way
 * (`Http2Session::OnStreamAfterWrite`, seen with TLS in Node.js 20.20).
 */
export function withoutHandle(socket: Duplex): Duplex {
  return Duplex.from({ readable: socket, writable: socket });
}
