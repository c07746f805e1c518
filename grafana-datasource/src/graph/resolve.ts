import type { AddressBook } from './address-book';
import type { Connection } from './connections';
import { type Endpoint, type KubernetesEndpoint, localEndpoint } from './endpoint';

/** Both ends of a connection that its row adds to the picture. */
export interface Ends {
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The Service whose address the client dialled, where another end was reached through it. */
  readonly dialled?: KubernetesEndpoint;
}

/**
 * Who talks to whom in a row, or undefined when the row adds nothing because the client's own row says it.
 * `speaks` tells whether a host's own rows are among the answers.
 */
export function resolve(
  connection: Connection,
  book: AddressBook,
  speaks: (host: string) => boolean,
): Ends | undefined {
  const here = localEndpoint(connection.host, connection.container, connection.process);
  if (connection.role === 'client') {
    const dialled =
      connection.actualPeerIp === '' ? undefined : book.service(connection.peerIp, connection.host);
    const server = serverOf(connection, book);
    return dialled === undefined ? { client: here, server } : { client: here, server, dialled };
  }
  const client = clientOf(connection, book, speaks);
  return client === undefined ? undefined : { client, server: here };
}

/**
 * The dialled peer: as named on the row; nobody, where the row's own host could not tell who of several it was; whose the
 * address is; Kubernetes'; its DNS name; the Internet; an address.
 */
function serverOf(connection: Connection, book: AddressBook): Endpoint {
  const { host, container, peerContainer, peerProcess, peerIp, peerName, protocol } = connection;
  if (peerContainer !== '' || peerProcess !== '') {
    return localEndpoint(host, peerContainer, peerProcess);
  }
  if (peerIp === 'other') {
    return { kind: 'overflow', host };
  }
  const ip = connection.actualPeerIp === '' ? peerIp : connection.actualPeerIp;
  const port = connection.actualPort === '' ? connection.port : connection.actualPort;
  if (book.isLeftOpen(ip, host)) {
    return { kind: 'ambiguous', host, ip };
  }
  return (
    book.find({ ip, port, protocol }, { host, container }) ??
    book.pod(ip, host) ??
    book.service(peerIp, host) ??
    book.node(ip, host) ??
    outside({ ip: peerIp, name: peerName, host }, 'outbound', book)
  );
}

/** The client of a server's row, unless it is on a host whose own rows are known: those say more. */
function clientOf(
  connection: Connection,
  book: AddressBook,
  speaks: (host: string) => boolean,
): Endpoint | undefined {
  const { host, container, peerContainer, peerProcess, peerIp, peerName } = connection;
  if (peerContainer !== '' || peerProcess !== '') {
    return undefined;
  }
  if (peerIp === 'other') {
    return { kind: 'overflow', host };
  }
  // A client's port says nothing, so only the address is looked up: a published port must not be mistaken for it.
  const found =
    book.find({ ip: peerIp, port: '', protocol: '' }, { host, container }) ??
    book.pod(peerIp, host) ??
    book.node(peerIp, host);
  if (found === undefined) {
    return outside({ ip: peerIp, name: peerName, host }, 'inbound', book);
  }
  return 'host' in found && speaks(found.host) ? undefined : found;
}

function outside(
  peer: { ip: string; name: string; host: string },
  direction: 'inbound' | 'outbound',
  book: AddressBook,
): Endpoint {
  const { ip, name, host } = peer;
  if (name !== '') {
    return { kind: 'external', name };
  }
  if (ip === 'internet' || book.ip(ip).isPublic) {
    return { kind: 'internet', direction };
  }
  return { kind: 'unmanaged', host: book.isLocal(ip, host) ? host : '', ip };
}
