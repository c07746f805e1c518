import type { Point } from '../layout/graph';

/** What the hand does, in CSS pixels from the element's top left. */
export interface GestureTarget {
  /** True: something that can be dragged is there, and the drag is its own; false: the view is panned. */
  grab(at: Point): boolean;
  drag(to: Point, dx: number, dy: number): void;
  /** The drag's end. */
  release(to: Point): void;
  click(at: Point): void;
  doubleClick(at: Point): void;
  hover(at: Point | undefined): void;
  zoom(at: Point, factor: number): void;
}

export type WheelMode = 'always' | 'with-key';

/** A press that moves less is a click. */
const CLICK_SLACK = 4;
/** Wheel distance that doubles the zoom, CSS pixels. */
const WHEEL_DOUBLING = 420;
const LINE_HEIGHT = 18;

/** Listens for mouse, pen, fingers (one drags, two zoom) and the wheel; the returned function ends that. */
export function listenForGestures(
  element: HTMLElement,
  target: GestureTarget,
  wheelMode: () => WheelMode,
): () => void {
  const pressed = new Map<number, Point>();
  let start: Point | undefined;
  let dragging = false;
  let pinching = false;

  const pointOf = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) {
      return;
    }
    const at = pointOf(event);
    pressed.set(event.pointerId, at);
    pinching = pressed.size > 1;
    start = at;
    dragging = false;
  };

  const onMove = (event: PointerEvent) => {
    const at = pointOf(event);
    const last = pressed.get(event.pointerId);
    if (!last || !start) {
      target.hover(at);
      return;
    }
    if (pinching) {
      pinch(event.pointerId, last, at);
    } else if (dragging) {
      target.drag(at, at.x - last.x, at.y - last.y);
    } else if (Math.hypot(at.x - start.x, at.y - start.y) > CLICK_SLACK) {
      dragging = true;
      element.setPointerCapture(event.pointerId);
      target.grab(start);
      target.drag(at, at.x - start.x, at.y - start.y);
    } else {
      return;
    }
    pressed.set(event.pointerId, at);
  };

  const pinch = (id: number, last: Point, at: Point) => {
    const other = [...pressed].find(([pointer]) => pointer !== id)?.[1];
    if (other) {
      const before = Math.hypot(last.x - other.x, last.y - other.y) || 1;
      const after = Math.hypot(at.x - other.x, at.y - other.y) || 1;
      target.zoom({ x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }, after / before);
    }
  };

  const onUp = (event: PointerEvent) => {
    if (!pressed.delete(event.pointerId)) {
      return;
    }
    const at = pointOf(event);
    if (dragging) {
      target.release(at);
    } else if (!pinching && event.type === 'pointerup') {
      target.click(at);
    }
    dragging = false;
    pinching = pressed.size > 0;
  };

  const onWheel = (event: WheelEvent) => {
    if (wheelMode() === 'with-key' && !event.ctrlKey && !event.metaKey) {
      return;
    }
    event.preventDefault();
    const distance =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_HEIGHT : event.deltaY;
    // A trackpad's pinch comes as a wheel with the control key, in small steps.
    const strength = event.ctrlKey && Math.abs(distance) < 40 ? 5 : 1;
    target.zoom(pointOf(event), 2 ** ((-distance * strength) / WHEEL_DOUBLING));
  };

  const onLeave = () => target.hover(undefined);
  const onDoubleClick = (event: MouseEvent) => target.doubleClick(pointOf(event));

  const abort = new AbortController();
  const { signal } = abort;
  element.addEventListener('pointerdown', onDown, { signal });
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', onUp, { signal });
  element.addEventListener('pointerleave', onLeave, { signal });
  element.addEventListener('dblclick', onDoubleClick, { signal });
  element.addEventListener('wheel', onWheel, { signal, passive: false });
  return () => abort.abort();
}
