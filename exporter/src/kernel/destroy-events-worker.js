// Plain JavaScript, so that the same file runs as a thread from the sources (tests) and from the build.
// @ts-check
import koffi from 'koffi';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import {
  BATCHES,
  BATCH_BYTES,
  FIRST_SLOT,
  GATHER_MS,
  HEADER_INTS,
  LENGTH,
  LINGER_MS,
  MESSAGES,
  MESSAGE_BYTES,
  NSID,
  OVERRUNS,
  SOURCE,
  STOP,
  TIMES_GIVEN,
  TURNS,
  batchAt,
  batchesOf,
  filledBytes,
} from './destroy-batch.js';
import { GivenIds } from './given-ids.js';

// Starting a thread puts V8's flag, which main.ts set for the whole process, back to its default.
setFlagsFromString('--semi-space-growth-factor=1');

/**
 * Waits for netlink sockets (an epoll descriptor that the main thread keeps up to date) and passes on what arrives. The
 * kernel writes it into a batch of a pool that both threads see, which the main thread gives back; where all are taken,
 * into one of this thread's own, which is sent: such by the thousand would be the main thread's garbage. How often an id
 * was given is counted here, where it is known what was announced before the event was read.
 *
 * @typedef {object} Settings
 * @property {number} epoll descriptor
 * @property {SharedArrayBuffer} control
 * @property {SharedArrayBuffer} pool
 * @property {number} ids netlink socket that hears of ids of namespaces
 *
 * @typedef {object} Filling a batch, and how the kernel is told where its messages go
 * @property {number} slot OWN where it is this thread's
 * @property {Int32Array} headers
 * @property {Buffer} vectors struct mmsghdr of each message
 * @property {Int32Array} vectorInts the same
 * @property {Buffer} iovecs the same's struct iovec
 */
const { epoll, control: shared, pool, ids } = /** @type {Settings} */ (workerData);
const control = new Int32Array(shared);
const OWN = -1;

const library = koffi.load(null);
const epollWait = library.func('int epoll_wait(int, void *, int, int)');
const poll = library.func('int poll(void *, unsigned long, int)');
const recv = library.func('long recv(int, void *, size_t, int)');
const recvmmsg = library.func('int recvmmsg(int, void *, unsigned int, int, void *)');

const EAGAIN = 11;
const EINTR = 4;
const ENOBUFS = 105;
const MSG_DONTWAIT = 0x40;
const SOL_NETLINK = 270;
const NETLINK_LISTEN_ALL_NSID = 8;
const NETLINK_HEADER_BYTES = 16;
const POLLIN = 1;

const IOVEC_BYTES = 16;
// struct mmsghdr on 64-bit: msghdr of 56 bytes, msg_len u32, padding.
const MMSGHDR_BYTES = 64;
const MMSGHDR_INTS = MMSGHDR_BYTES / 4;
const CONTROL_LENGTH_INT = 40 / 4;
const MESSAGE_LENGTH_INT = 56 / 4;
// struct cmsghdr: length u64, level i32, type i32, data.
const CMSG_BYTES = 32;
const CMSG_INTS = CMSG_BYTES / 4;
const LEAST_CMSG_BYTES = 20;
// struct epoll_event is packed on x86-64 only (include/uapi/linux/eventpoll.h).
const EPOLL_EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const EPOLL_DATA = EPOLL_EVENT_BYTES - 8;
const READY = 64;
const IDLE_MS = 200;
/** After a turn with that many, the next comes soon. */
const MANY = 512;

const ready = Buffer.alloc(READY * EPOLL_EVENT_BYTES);
const news = Buffer.alloc(MESSAGE_BYTES);
const idsPoll = Buffer.alloc(8);
idsPoll.writeInt32LE(ids, 0);
idsPoll.writeInt16LE(POLLIN, 4);
// What comes beside each message of the batch that is being filled.
const controls = Buffer.alloc(MESSAGES * CMSG_BYTES);
const controlInts = new Int32Array(controls.buffer, controls.byteOffset, MESSAGES * CMSG_INTS);
const given = new GivenIds();

const ownMemory = new ArrayBuffer(BATCH_BYTES);
const own = filling(OWN, batchAt(ownMemory));
const pooled = batchesOf(pool).map((batch, slot) => filling(slot, batch));
let current = takeBatch();
let count = 0;
let heard = 0;

while (Atomics.load(control, STOP) === 0) {
  if (epollWait(epoll, ready, READY, IDLE_MS) > 0) {
    gather();
  }
  learnIds();
  heard = 0;
  // Since then sockets may have been closed, and their descriptors may be others'.
  const readable = epollWait(epoll, ready, READY, 0);
  for (let index = 0; index < readable; index++) {
    const at = index * EPOLL_EVENT_BYTES + EPOLL_DATA;
    drain(ready.readInt32LE(at), ready.readUInt32LE(at + 4));
  }
  post();
  Atomics.add(control, TURNS, 1);
}

/** One wake-up for many events: the kernel's buffer holds what comes meanwhile. */
function gather() {
  const gatherMs = Atomics.load(control, GATHER_MS);
  const lingerMs = Atomics.load(control, LINGER_MS);
  if (gatherMs > 0) {
    Atomics.wait(control, STOP, 0, gatherMs);
  }
  // Whose id it was, is known for what was announced in a turn before.
  if (lingerMs > 0 && heard < MANY) {
    poll(idsPoll, 1, lingerMs);
  }
}

/** Takes what was announced before anything that this turn has yet to read. */
function learnIds() {
  given.turn();
  for (;;) {
    const received = recv(ids, news, news.length, MSG_DONTWAIT);
    if (received >= NETLINK_HEADER_BYTES) {
      given.take(news, NETLINK_HEADER_BYTES, received, news.readUInt16LE(4));
    } else if (received < 0 && koffi.errno() !== EINTR && koffi.errno() !== ENOBUFS) {
      return;
    }
  }
}

/** @param {number} fd @param {number} source */
function drain(fd, source) {
  for (;;) {
    if (count === MESSAGES) {
      post();
    }
    const room = MESSAGES - count;
    const received = recvmmsg(fd, current.vectors.subarray(count * MMSGHDR_BYTES), room, MSG_DONTWAIT, null);
    if (received < 0) {
      const errno = koffi.errno();
      if (errno === ENOBUFS) {
        Atomics.add(control, OVERRUNS, 1);
        continue;
      }
      if (errno === EINTR) {
        continue;
      }
      // EAGAIN: all read. Anything else: the main thread has closed the socket.
      return errno === EAGAIN;
    }
    note(source, received);
    if (received < room) {
      return true;
    }
  }
}

/** Writes the headers of what has just been received. @param {number} source @param {number} received */
function note(source, received) {
  const { headers, vectorInts } = current;
  const end = count + received;
  for (; count < end; count++) {
    const vector = count * MMSGHDR_INTS;
    const nsid = nsidOf(count, vectorInts[vector + CONTROL_LENGTH_INT] ?? 0);
    const header = count * HEADER_INTS;
    headers[header + SOURCE] = source;
    headers[header + NSID] = nsid;
    headers[header + LENGTH] = Math.min(vectorInts[vector + MESSAGE_LENGTH_INT] ?? 0, MESSAGE_BYTES);
    headers[header + TIMES_GIVEN] = nsid < 0 ? 0 : given.timesInTurn(nsid);
    // The kernel has shortened it to what it wrote.
    vectorInts[vector + CONTROL_LENGTH_INT] = CMSG_BYTES;
  }
  heard += received;
}

/**
 * −1 when the event is of the socket's own namespace: the kernel then sends no such control message.
 *
 * @param {number} index
 * @param {number} length of the control messages
 */
function nsidOf(index, length) {
  const at = index * CMSG_INTS;
  const isId =
    length >= LEAST_CMSG_BYTES &&
    controlInts[at + 2] === SOL_NETLINK &&
    controlInts[at + 3] === NETLINK_LISTEN_ALL_NSID;
  return isId ? (controlInts[at + 4] ?? -1) : -1;
}

function post() {
  if (count === 0) {
    return;
  }
  Atomics.add(control, BATCHES, 1);
  const { slot } = current;
  if (slot === OWN) {
    const bytes = ownMemory.slice(0, filledBytes(count));
    parentPort?.postMessage({ slot, count, bytes }, [bytes]);
  } else {
    parentPort?.postMessage({ slot, count });
  }
  current = takeBatch();
  count = 0;
}

/** @returns {Filling} */
function takeBatch() {
  const free = pooled.find(({ slot }) => Atomics.compareExchange(control, FIRST_SLOT + slot, 0, 1) === 0);
  return free ?? own;
}

/**
 * Points each header at its own message and control buffer; the addresses stay valid for good.
 *
 * @param {number} slot
 * @param {import('./destroy-batch.js').Batch} batch
 * @returns {Filling}
 */
function filling(slot, { headers, messages }) {
  const vectors = Buffer.alloc(MESSAGES * MMSGHDR_BYTES);
  const iovecs = Buffer.alloc(MESSAGES * IOVEC_BYTES);
  const messagesAt = koffi.address(messages);
  const controlsAt = koffi.address(controls);
  const iovecsAt = koffi.address(iovecs);
  for (let index = 0; index < MESSAGES; index++) {
    iovecs.writeBigUInt64LE(messagesAt + BigInt(index * MESSAGE_BYTES), index * IOVEC_BYTES);
    iovecs.writeBigUInt64LE(BigInt(MESSAGE_BYTES), index * IOVEC_BYTES + 8);
    const vector = index * MMSGHDR_BYTES;
    vectors.writeBigUInt64LE(iovecsAt + BigInt(index * IOVEC_BYTES), vector + 16);
    vectors.writeBigUInt64LE(1n, vector + 24);
    vectors.writeBigUInt64LE(controlsAt + BigInt(index * CMSG_BYTES), vector + 32);
    vectors.writeUInt32LE(CMSG_BYTES, vector + 40);
  }
  const vectorInts = new Int32Array(vectors.buffer, vectors.byteOffset, MESSAGES * MMSGHDR_INTS);
  return { slot, headers, vectors, vectorInts, iovecs };
}
