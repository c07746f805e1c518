import { useCallback, useRef, useState, type RefCallback } from 'react';
import type { Size } from '../scene/camera';

const NOTHING: Size = { width: 0, height: 0 };

/** What an element takes on the page, CSS pixels, kept as its contents and its room change. */
export function useMeasured(): readonly [RefCallback<HTMLElement>, Size] {
  const [size, setSize] = useState(NOTHING);
  const observer = useRef<ResizeObserver | undefined>(undefined);
  const ref = useCallback((element: HTMLElement | null) => {
    observer.current?.disconnect();
    observer.current = undefined;
    if (element) {
      const measure = () => {
        const { offsetWidth: width, offsetHeight: height } = element;
        setSize((last) => (last.width === width && last.height === height ? last : { width, height }));
      };
      observer.current = new ResizeObserver(measure);
      observer.current.observe(element);
      measure();
    }
  }, []);
  return [ref, size];
}
