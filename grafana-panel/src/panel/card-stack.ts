/** The cards that lie on each other: ids of nodes or edges, the top one last. */
export type CardStack = readonly string[];

/** Puts a card on top; one that lies in the stack already is gone back to. */
export function openCard(stack: CardStack, id: string): CardStack {
  const at = stack.indexOf(id);
  return at < 0 ? [...stack, id] : stack.slice(0, at + 1);
}

export function closeTopCard(stack: CardStack): CardStack {
  return stack.slice(0, -1);
}
