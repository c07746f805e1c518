// Plain JavaScript: the thread that hears of destroyed sockets reads it as it is, from the sources and from the build.
// @ts-check

/** What the two threads tell each other, each an int32 of the control memory. The thread ends when it is 1. */
export const STOP = 0;
/** How often the kernel has dropped events. */
export const OVERRUNS = 1;
/** Milliseconds for which events gather before they are read. */
export const GATHER_MS = 2;
/** Milliseconds more, while few come and no namespace gets an id. */
export const LINGER_MS = 3;
/** Turns of the thread, each of which has passed on all that was there when it began. */
export const TURNS = 4;
/** Batches that were sent. */
export const BATCHES = 5;
/** From here on 1 for each slot that is taken. */
export const FIRST_SLOT = 6;

/** Batches that may wait in the memory that both threads see. */
export const SLOTS = 6;
export const CONTROL_BYTES = 4 * (FIRST_SLOT + SLOTS);
/** Most messages of a batch. */
export const MESSAGES = 256;
/** Room for each; they have some 350 bytes. */
export const MESSAGE_BYTES = 1024;

/** In int32 of a message's header: which source it came from, */
export const SOURCE = 0;
/** the id of its network namespace there, −1 for the source's own, */
export const NSID = 1;
/** how many bytes it has, */
export const LENGTH = 2;
/** and how often that id had been given. */
export const TIMES_GIVEN = 3;
export const HEADER_INTS = 4;

const HEADERS_BYTES = MESSAGES * HEADER_INTS * 4;
export const BATCH_BYTES = HEADERS_BYTES + MESSAGES * MESSAGE_BYTES;

/**
 * A batch of events: the headers of all, then their messages, each where it was received.
 *
 * @typedef {object} Batch
 * @property {Int32Array} headers
 * @property {Buffer} messages
 */

/**
 * The batch in `memory` from `offset` on.
 *
 * @param {ArrayBufferLike} memory
 * @param {number} [offset]
 * @returns {Batch}
 */
export function batchAt(memory, offset = 0) {
  return {
    headers: new Int32Array(memory, offset, MESSAGES * HEADER_INTS),
    messages: Buffer.from(memory, offset + HEADERS_BYTES),
  };
}

/**
 * The first bytes of a batch, as far as it is filled.
 *
 * @param {number} count of messages
 * @returns {number}
 */
export function filledBytes(count) {
  return HEADERS_BYTES + count * MESSAGE_BYTES;
}

/**
 * The pool's batches.
 *
 * @param {SharedArrayBuffer} pool
 * @returns {Batch[]}
 */
export function batchesOf(pool) {
  return Array.from({ length: SLOTS }, (_, slot) => batchAt(pool, slot * BATCH_BYTES));
}
