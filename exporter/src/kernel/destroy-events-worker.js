// Plain JavaScript, so that the same file runs as a thread from the sources (tests) and from the build.
// @ts-check
import koffi from 'koffi';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { GivenIds } from './given-ids.js';

// Starting a thread puts V8's flag, which main.ts set for the whole process, back to its default.
setFlagsFromString('--semi-space-growth-factor=1');

/**
 * Waits for netlink sockets (an epoll descriptor that the main thread keeps up to date) and passes on what arrives:
 * batches of frames, each `source u32, nsid i32, length u32, how often the nsid was given i32`, then the bytes, padded to 8.
 * The number is counted here, where it is known what was announced before the event was read. A batch is put together
 * in a slot of a pool that both threads see, which the main thread gives back; where all are taken, in a buffer of its
 * own: buffers by the thousand would be the main thread's garbage.
 *
 * @typedef {object} Settings
 * @property {number} epoll descriptor
 * @property {SharedArrayBuffer} control int32: 0 = stop when 1, 1 = overruns, 2 = milliseconds to let events gather,
 *   3 = turns, each of which has passed on all that was there when it began, 4 = batches that were sent, from 5 on
 *   1 for each slot that is taken
 * @property {SharedArrayBuffer} pool as many slots of as many bytes as there are in `slots`
 * @property {number} slots
 * @property {number} ids netlink socket that hears of ids of namespaces
 */
const { epoll, control: shared, pool, slots, ids } = /** @type {Settings} */ (workerData);
const control = new Int32Array(shared);
const STOP = 0;
const OVERRUNS = 1;
const GATHER_MS = 2;
const TURNS = 3;
const BATCHES = 4;
const FIRST_SLOT = 5;

const library = koffi.load(null);
const epollWait = library.func('int epoll_wait(int, void *, int, int)');
const recv = library.func('long recv(int, void *, size_t, int)');
const recvmmsg = library.func('int recvmmsg(int, void *, unsigned int, int, void *)');

const EAGAIN = 11;
const EINTR = 4;
const ENOBUFS = 105;
const MSG_DONTWAIT = 0x40;
const SOL_NETLINK = 270;
const NETLINK_LISTEN_ALL_NSID = 8;

const MESSAGES = 128;
const MESSAGE_BYTES = 1024;
const CONTROL_BYTES = 32;
const IOVEC_BYTES = 16;
// struct mmsghdr on 64-bit: msghdr of 56 bytes, msg_len u32, padding.
const MMSGHDR_BYTES = 64;
const SLOT_BYTES = pool.byteLength / slots;
const NO_SLOT = -1;
const FRAME_HEADER_BYTES = 16;
const NETLINK_HEADER_BYTES = 16;
// struct epoll_event is packed on x86-64 only (include/uapi/linux/eventpoll.h).
const EPOLL_EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const EPOLL_DATA = EPOLL_EVENT_BYTES - 8;
const READY = 64;

const messages = Buffer.alloc(MESSAGES * MESSAGE_BYTES);
const controls = Buffer.alloc(MESSAGES * CONTROL_BYTES);
const vectors = Buffer.alloc(MESSAGES * IOVEC_BYTES);
const headers = Buffer.alloc(MESSAGES * MMSGHDR_BYTES);
const ready = Buffer.alloc(READY * EPOLL_EVENT_BYTES);
const news = Buffer.alloc(MESSAGE_BYTES);
const given = new GivenIds();
pointHeaders();

const ownBatch = Buffer.alloc(SLOT_BYTES);
let slot = NO_SLOT;
let batch = takeSlot();
let used = 0;

while (Atomics.load(control, STOP) === 0) {
  const gatherMs = Atomics.load(control, GATHER_MS);
  if (epollWait(epoll, ready, READY, 200) > 0 && gatherMs > 0) {
    // One wake-up for many events: the kernel's buffer holds what comes meanwhile.
    Atomics.wait(control, STOP, 0, gatherMs);
  }
  learnIds();
  // Since then sockets may have been closed, and their descriptors may be others'.
  const count = epollWait(epoll, ready, READY, 0);
  for (let index = 0; index < count; index++) {
    const at = index * EPOLL_EVENT_BYTES + EPOLL_DATA;
    drain(ready.readInt32LE(at), ready.readUInt32LE(at + 4));
  }
  post();
  Atomics.add(control, TURNS, 1);
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
    resetHeaders();
    const received = recvmmsg(fd, headers, MESSAGES, MSG_DONTWAIT, null);
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
    for (let index = 0; index < received; index++) {
      append(source, index);
    }
    if (received < MESSAGES) {
      return true;
    }
  }
}

/** @param {number} source @param {number} index */
function append(source, index) {
  const length = Math.min(headers.readUInt32LE(index * MMSGHDR_BYTES + 56), MESSAGE_BYTES);
  const padded = (length + 7) & ~7;
  if (used + FRAME_HEADER_BYTES + padded > batch.length) {
    post();
  }
  batch.writeUInt32LE(source, used);
  const nsid = nsidOf(index);
  batch.writeInt32LE(nsid, used + 4);
  batch.writeUInt32LE(length, used + 8);
  batch.writeInt32LE(nsid < 0 ? 0 : given.timesInTurn(nsid), used + 12);
  const from = index * MESSAGE_BYTES;
  messages.copy(batch, used + FRAME_HEADER_BYTES, from, from + length);
  used += FRAME_HEADER_BYTES + padded;
}

/**
 * −1 when the event is of the socket's own namespace: the kernel then sends no such control message.
 *
 * @param {number} index
 */
function nsidOf(index) {
  const at = index * CONTROL_BYTES;
  const length = headers.readUInt32LE(index * MMSGHDR_BYTES + 40);
  // struct cmsghdr: length u64, level i32, type i32, data.
  if (
    length >= 20 &&
    controls.readInt32LE(at + 8) === SOL_NETLINK &&
    controls.readInt32LE(at + 12) === NETLINK_LISTEN_ALL_NSID
  ) {
    return controls.readInt32LE(at + 16);
  }
  return -1;
}

function post() {
  if (used === 0) {
    return;
  }
  Atomics.add(control, BATCHES, 1);
  if (slot === NO_SLOT) {
    const bytes = new Uint8Array(batch.subarray(0, used));
    parentPort?.postMessage({ slot, used, bytes }, [bytes.buffer]);
  } else {
    parentPort?.postMessage({ slot, used });
  }
  batch = takeSlot();
  used = 0;
}

/** @returns {Buffer} */
function takeSlot() {
  for (slot = 0; slot < slots; slot++) {
    if (Atomics.compareExchange(control, FIRST_SLOT + slot, 0, 1) === 0) {
      return Buffer.from(pool, slot * SLOT_BYTES, SLOT_BYTES);
    }
  }
  slot = NO_SLOT;
  return ownBatch;
}

/** Points each header at its own message, control buffer and vector; the addresses stay valid for good. */
function pointHeaders() {
  const messagesAt = koffi.address(messages);
  const controlsAt = koffi.address(controls);
  const vectorsAt = koffi.address(vectors);
  for (let index = 0; index < MESSAGES; index++) {
    vectors.writeBigUInt64LE(messagesAt + BigInt(index * MESSAGE_BYTES), index * IOVEC_BYTES);
    vectors.writeBigUInt64LE(BigInt(MESSAGE_BYTES), index * IOVEC_BYTES + 8);
    const header = index * MMSGHDR_BYTES;
    headers.writeBigUInt64LE(vectorsAt + BigInt(index * IOVEC_BYTES), header + 16);
    headers.writeBigUInt64LE(1n, header + 24);
    headers.writeBigUInt64LE(controlsAt + BigInt(index * CONTROL_BYTES), header + 32);
  }
}

/** The kernel shortens the control length to what it wrote. */
function resetHeaders() {
  for (let index = 0; index < MESSAGES; index++) {
    headers.writeUInt32LE(CONTROL_BYTES, index * MMSGHDR_BYTES + 40);
  }
}
