// Plain JavaScript: the thread that hears of destroyed sockets reads it as it is, from the sources and from the build.
// @ts-check

// include/uapi/linux/rtnetlink.h and net_namespace.h.
const RTM_NEWNSID = 88;
const RTM_DELNSID = 89;
const NETNSA_NSID = 1;
/** `struct rtgenmsg`, padded. */
const RTGENMSG_BYTES = 4;

/** Of an id that has been freed and given again, so that what comes with it may be of either namespace. */
export const IN_DOUBT = -1;

/**
 * How often each id of a network namespace has been given, by what the kernel announces. It gives the lowest one that is
 * free: what was announced of a namespace that is gone bears the id of the next.
 */
export class GivenIds {
  /** @type {Map<number, number>} */
  #times = new Map();
  /** @type {Set<number>} */
  #freed = new Set();
  /** @type {Set<number>} */
  #inDoubt = new Set();

  /** What was announced of destroyed sockets until now has been read: what comes next is younger. */
  turn() {
    this.#freed.clear();
    this.#inDoubt.clear();
  }

  /**
   * Takes the message in `buffer[start, end)`.
   *
   * @param {Buffer} buffer
   * @param {number} start after the header
   * @param {number} end
   * @param {number} type
   */
  take(buffer, start, end, type) {
    const id = type === RTM_NEWNSID || type === RTM_DELNSID ? idIn(buffer, start, end) : undefined;
    if (id === undefined) {
      return;
    }
    if (type === RTM_DELNSID) {
      this.#freed.add(id);
      return;
    }
    this.#times.set(id, this.times(id) + 1);
    if (this.#freed.has(id)) {
      this.#inDoubt.add(id);
    }
  }

  /**
   * @param {number} id
   * @returns {number}
   */
  times(id) {
    return this.#times.get(id) ?? 0;
  }

  /**
   * As `times`, of what was announced in this turn.
   *
   * @param {number} id
   * @returns {number} IN_DOUBT where it may have been of the namespace before
   */
  timesInTurn(id) {
    return this.#inDoubt.has(id) ? IN_DOUBT : this.times(id);
  }
}

/**
 * @param {Buffer} buffer
 * @param {number} start
 * @param {number} end
 * @returns {number | undefined}
 */
function idIn(buffer, start, end) {
  let at = start + RTGENMSG_BYTES;
  while (at + 8 <= end) {
    const length = buffer.readUInt16LE(at);
    if (length < 4) {
      return undefined;
    }
    if (buffer.readUInt16LE(at + 2) === NETNSA_NSID && length >= 8) {
      return buffer.readInt32LE(at + 4);
    }
    at += (length + 3) & ~3;
  }
  return undefined;
}
