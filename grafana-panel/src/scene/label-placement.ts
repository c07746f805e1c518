/** A text's room on the screen, in CSS pixels. */
export interface LabelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const CELL = 64;

/** Keeps account of the room that is taken, so that no text lands on another one. */
export class LabelPlacement {
  readonly #cells = new Map<number, LabelBox[]>();

  /** Takes the room when nobody has any of it. */
  tryTake(box: LabelBox): boolean {
    if (!this.isFree(box)) {
      return false;
    }
    this.take(box);
    return true;
  }

  isFree(box: LabelBox): boolean {
    for (const key of cellsOf(box)) {
      for (const taken of this.#cells.get(key) ?? []) {
        if (
          box.left < taken.right &&
          box.right > taken.left &&
          box.top < taken.bottom &&
          box.bottom > taken.top
        ) {
          return false;
        }
      }
    }
    return true;
  }

  take(box: LabelBox): void {
    for (const key of cellsOf(box)) {
      const cell = this.#cells.get(key);
      if (cell) {
        cell.push(box);
      } else {
        this.#cells.set(key, [box]);
      }
    }
  }
}

function* cellsOf({ left, top, right, bottom }: LabelBox): Generator<number> {
  for (let column = Math.floor(left / CELL); column <= Math.floor(right / CELL); column++) {
    for (let row = Math.floor(top / CELL); row <= Math.floor(bottom / CELL); row++) {
      yield column * 65_536 + row;
    }
  }
}
