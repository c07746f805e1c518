/** A TCP connection's states, as include/net/tcp_states.h numbers them. */
const ESTABLISHED = 1;
const SYN_SENT = 2;
const FIN_WAIT1 = 4;
const FIN_WAIT2 = 5;
const CLOSE = 7;
const CLOSE_WAIT = 8;
const LAST_ACK = 9;
const CLOSING = 11;

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** What is on its way to a socket. */
interface Segment {
  readonly bytes: number;
  readonly fin: boolean;
  readonly reset: boolean;
  /** How many octets of the other direction had come when it was sent. */
  readonly acknowledges: number;
}

/** One end of a connection, with what the kernel counts of it and what is true. */
export class SimulatedSocket {
  state = ESTABLISHED;
  /** A process has it open. */
  isHeld = true;
  isDestroyed = false;
  /** It has forgotten its counters and its peer's port. */
  hasAborted = false;
  sentBytes = 0;
  receivedBytes = 0;
  hasSentFin = false;
  /** It ended the connection first: its port is not free for a minute. */
  waitsForTime = false;
  hasReceivedFin = false;
  acknowledgedOctets = 0;
  segments = 1;
  readonly arriving: Segment[] = [];

  constructor(
    readonly cookie: number,
    readonly role: 'client' | 'server',
    readonly local: Place,
    readonly peer: Place,
  ) {}

  get receivedOctets(): number {
    return this.receivedBytes + (this.hasReceivedFin ? 1 : 0);
  }

  get hasFinAcknowledged(): boolean {
    return this.hasSentFin && this.acknowledgedOctets > this.sentBytes;
  }

  get isEstablished(): boolean {
    return this.role === 'server' || this.segments > 1;
  }

  get isListed(): boolean {
    return !this.isDestroyed && this.state !== CLOSE;
  }
}

export interface SimulatedConnection {
  readonly client: SimulatedSocket;
  /** Undefined for an attempt that waits, or that failed. */
  server: SimulatedSocket | undefined;
}

/**
 * Both ends of TCP connections between two places: what applications do to them, what is on its way, and in which order
 * that comes is the caller's. As Linux does it: net/ipv4/tcp.c and tcp_input.c.
 */
export class SimulatedKernel {
  readonly connections: SimulatedConnection[] = [];
  /** Sockets whose end has not been announced yet. */
  readonly destroyed: SimulatedSocket[] = [];
  private lastCookie = 0;

  constructor(
    private readonly clientAddress: string,
    private readonly server: Place,
  ) {}

  /** The client's SYN is on its way. */
  dial(port: number): SimulatedConnection {
    const client = new SimulatedSocket(
      ++this.lastCookie,
      'client',
      { address: this.clientAddress, port },
      this.server,
    );
    client.state = SYN_SENT;
    const connection = { client, server: undefined };
    this.connections.push(connection);
    return connection;
  }

  accept(connection: SimulatedConnection): void {
    const { client } = connection;
    client.state = ESTABLISHED;
    client.segments += 2;
    connection.server = new SimulatedSocket(++this.lastCookie, 'server', client.peer, client.local);
  }

  refuse({ client }: SimulatedConnection): void {
    client.state = CLOSE;
    client.isHeld = false;
    this.destroy(client);
  }

  /**
   * Whether a client may dial from there. Of a connection that ended in order, an application may not have let go of the
   * server's socket by then.
   */
  isFree(port: number): boolean {
    return this.connections
      .filter(({ client }) => client.local.port === port)
      .every(
        ({ client, server }) =>
          client.isDestroyed &&
          !client.waitsForTime &&
          (server === undefined || server.waitsForTime || this.isAnnounced(client, server)),
      );
  }

  private isAnnounced(...sockets: readonly SimulatedSocket[]): boolean {
    return sockets.every((socket) => socket.isDestroyed && !this.destroyed.includes(socket));
  }

  send(connection: SimulatedConnection, from: SimulatedSocket, bytes: number): void {
    from.sentBytes += bytes;
    this.transmit(connection, from, { bytes });
  }

  canSend({ state, isHeld, hasSentFin }: SimulatedSocket): boolean {
    return isHeld && !hasSentFin && (state === ESTABLISHED || state === CLOSE_WAIT);
  }

  /** Sends a FIN; the application keeps the socket. */
  shutDown(connection: SimulatedConnection, socket: SimulatedSocket): void {
    if (this.canSend(socket)) {
      socket.state = socket.state === ESTABLISHED ? FIN_WAIT1 : LAST_ACK;
      socket.hasSentFin = true;
      this.transmit(connection, socket, { fin: true });
    }
  }

  close(connection: SimulatedConnection, socket: SimulatedSocket): void {
    this.shutDown(connection, socket);
    socket.isHeld = false;
    // What is left of one that only waits for a FIN is a smaller thing, which is not announced.
    if (socket.state === FIN_WAIT2) {
      socket.waitsForTime = true;
      this.destroy(socket);
    }
    this.releaseClosed(socket);
  }

  /** With a reset, as SO_LINGER of 0 does it: the socket forgets everything. */
  abort(connection: SimulatedConnection, socket: SimulatedSocket): void {
    socket.isHeld = false;
    if (socket.state !== CLOSE) {
      this.transmit(connection, socket, { reset: true });
    }
    socket.state = CLOSE;
    socket.hasAborted = true;
    this.destroy(socket);
  }

  /** The next of what is on its way to the socket comes. */
  deliver(connection: SimulatedConnection, socket: SimulatedSocket): void {
    const segment = socket.arriving.shift();
    if (segment === undefined) {
      return;
    }
    if (socket.state === CLOSE || socket.isDestroyed) {
      const isLate = socket.hasFinAcknowledged || (socket.isDestroyed && !socket.hasAborted);
      if (segment.bytes > 0 || (segment.fin && !isLate)) {
        this.transmit(connection, socket, { reset: true });
      } else if (segment.fin) {
        this.transmit(connection, socket, {}, 1);
      }
      return;
    }
    socket.segments++;
    if (segment.reset) {
      socket.state = CLOSE;
      this.releaseClosed(socket);
      return;
    }
    if (segment.bytes > 0 && !socket.isHeld) {
      // Nobody will read that.
      this.transmit(connection, socket, { reset: true });
      socket.state = CLOSE;
      this.destroy(socket);
      return;
    }
    if (this.acknowledge(socket, segment.acknowledges) === 'gone') {
      // Its FIN comes to what is left of it.
      if (segment.fin) {
        this.transmit(connection, socket, {}, 1);
      }
      return;
    }
    socket.receivedBytes += segment.bytes;
    if (segment.fin) {
      this.receiveFin(socket);
    }
    if (segment.bytes > 0 || segment.fin) {
      this.transmit(connection, socket, {});
    }
    this.releaseClosed(socket);
  }

  private acknowledge(socket: SimulatedSocket, octets: number): 'there' | 'gone' {
    socket.acknowledgedOctets = Math.max(socket.acknowledgedOctets, octets);
    if (!socket.hasFinAcknowledged) {
      return 'there';
    }
    if (socket.state === FIN_WAIT1) {
      socket.state = FIN_WAIT2;
      if (!socket.isHeld) {
        socket.waitsForTime = true;
        this.destroy(socket);
        return 'gone';
      }
    } else if (socket.state === CLOSING || socket.state === LAST_ACK) {
      socket.waitsForTime = socket.state === CLOSING;
      socket.state = CLOSE;
    }
    return 'there';
  }

  private receiveFin(socket: SimulatedSocket): void {
    socket.hasReceivedFin = true;
    if (socket.state === ESTABLISHED) {
      socket.state = CLOSE_WAIT;
    } else if (socket.state === FIN_WAIT1) {
      socket.state = CLOSING;
    } else if (socket.state === FIN_WAIT2) {
      socket.state = CLOSE;
      socket.waitsForTime = true;
    }
  }

  private releaseClosed(socket: SimulatedSocket): void {
    if (socket.state === CLOSE && !socket.isHeld) {
      this.destroy(socket);
    }
  }

  private destroy(socket: SimulatedSocket): void {
    if (!socket.isDestroyed) {
      socket.isDestroyed = true;
      socket.state = CLOSE;
      this.destroyed.push(socket);
    }
  }

  private transmit(
    { client, server }: SimulatedConnection,
    from: SimulatedSocket,
    segment: Partial<Segment>,
    more = 0,
  ): void {
    from.segments++;
    const acknowledges = from.receivedOctets + more;
    const other = from === client ? server : client;
    other?.arriving.push({ bytes: 0, fin: false, reset: false, acknowledges, ...segment });
  }
}

const SOCKET_MESSAGE_BYTES = 72;
const INFO_BYTES = 216;
const AF_INET = 2;
const INET_DIAG_INFO = 2;

/** What the kernel says of a socket: `struct inet_diag_msg` and `tcp_info`, its state as it was when that was read. */
export function describe(socket: SimulatedSocket, state = socket.state): Buffer {
  const message = Buffer.alloc(SOCKET_MESSAGE_BYTES + 4 + INFO_BYTES);
  const { hasAborted, isEstablished, local, peer } = socket;
  message[0] = AF_INET;
  message[1] = state;
  message.writeUInt16BE(local.port, 4);
  message.writeUInt16BE(hasAborted ? 0 : peer.port, 6);
  writeAddress(message, 8, hasAborted ? '0.0.0.0' : local.address);
  writeAddress(message, 24, peer.address);
  message.writeBigUInt64LE(BigInt(socket.cookie), 44);
  message.writeUInt32LE(socket.isDestroyed ? 0 : socket.cookie + 1_000, 68);
  message.writeUInt16LE(4 + INFO_BYTES, SOCKET_MESSAGE_BYTES);
  message.writeUInt16LE(INET_DIAG_INFO, SOCKET_MESSAGE_BYTES + 2);
  const info = message.subarray(SOCKET_MESSAGE_BYTES + 4);
  info.writeUInt32LE(1_500, 60);
  info.writeUInt32LE(isEstablished ? 10 : 0xffff_ffff, 148);
  if (!hasAborted) {
    // The SYN of a client counts as an octet.
    const syn = isEstablished && socket.role === 'client' ? 1 : 0;
    info.writeBigUInt64LE(BigInt(socket.acknowledgedOctets + syn), 120);
    info.writeBigUInt64LE(BigInt(socket.receivedOctets), 128);
    info.writeUInt32LE(socket.segments, 136);
    info.writeUInt32LE(socket.receivedBytes > 0 ? 1 : 0, 152);
    info.writeBigUInt64LE(BigInt(socket.sentBytes), 200);
  }
  return message;
}

function writeAddress(message: Buffer, at: number, address: string): void {
  address.split('.').forEach((byte, index) => message.writeUInt8(Number(byte), at + index));
}
