import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import type { Point } from '../layout/graph';
import type { Camera, Size } from '../scene/camera';
import type { Decorations } from '../scene/decoration';
import type { WheelMode } from '../scene/gestures';
import { ARROW_KEYS, type ArrowKey } from '../scene/navigation';
import { paletteOf } from '../scene/palette';
import type { Scene } from '../scene/scene';
import { Stage, type Hover, type Insets } from '../scene/stage';
import { AccessibleList, optionId } from './accessible-list';

export interface PictureHandle {
  fit(): void;
  fitTo(ids: ReadonlySet<string>): void;
  lookFrom(camera: Camera): void;
  view(): { readonly camera: Camera; readonly size: Size };
  onMove(callback: () => void): () => void;
  zoomBy(factor: number): void;
  reveal(id: string): void;
  /** Gives the keyboard to the picture. */
  takeFocus(): void;
}

interface Props {
  readonly scene: Scene;
  readonly width: number;
  readonly height: number;
  readonly transparent: boolean;
  readonly wheel: WheelMode;
  readonly decorations: Decorations;
  /** What a search found; undefined: nothing is searched for. */
  readonly matches: ReadonlySet<string> | undefined;
  readonly selected: string | undefined;
  /** Where the user looks from; undefined: everything is shown. */
  readonly camera: Camera | undefined;
  /** CSS pixels at the right that cards cover. */
  readonly covered: number;
  /** What controls cover above and below. */
  readonly insets: Insets;
  /** Another camera belongs to it; the same one is kept across refreshes. */
  readonly cameraKey: string;
  readonly name: string;
  readonly onSelect: (id: string | undefined) => void;
  readonly onHover: (hover: Hover | undefined) => void;
  readonly onDrag: (id: string, to: Point, done: boolean) => void;
  readonly onClose: () => void;
  readonly onHelp: () => void;
  readonly onSearch: () => void;
  readonly onCamera: (camera: Camera | undefined) => void;
  /** Keys that mean something to the panel, such as `t` for the table; false: they mean nothing. */
  readonly onKey: (key: string) => boolean;
}

const ZOOM_STEP = 1.4;

/** The canvas, the keys, and the list that says in words what the canvas shows. */
export const Picture = React.forwardRef<PictureHandle, Props>(function Picture(props, handle) {
  const { scene, width, height, transparent, selected, covered, insets, cameraKey, decorations, matches } =
    props;
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<Stage | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const [focused, setFocused] = React.useState<string>();
  const listId = React.useId();

  useLayoutEffect(() => {
    if (!frame.current || !canvas.current) {
      return undefined;
    }
    const created = new Stage(
      frame.current,
      canvas.current,
      paletteOf(theme, transparent),
      {
        onSelect: (id) => latest.current.onSelect(id),
        onHover: (hover) => latest.current.onHover(hover),
        onDrag: (id, to, done) => latest.current.onDrag(id, to, done),
        onCamera: (camera) => latest.current.onCamera(camera),
      },
      () => latest.current.wheel,
    );
    stage.current = created;
    return () => {
      created.dispose();
      stage.current = undefined;
    };
    // The stage lives as long as the panel; what changes is told to it below.
  }, []);

  useEffect(() => stage.current?.setPalette(paletteOf(theme, transparent)), [theme, transparent]);
  useLayoutEffect(() => stage.current?.resize({ width, height }, window.devicePixelRatio), [width, height]);
  useLayoutEffect(() => stage.current?.setInsets(insets), [insets.top, insets.bottom]);
  useLayoutEffect(() => stage.current?.setCovered(covered), [covered]);
  useLayoutEffect(() => stage.current?.show(scene), [scene]);
  useLayoutEffect(() => {
    const { camera } = latest.current;
    if (camera) {
      stage.current?.lookFrom(camera);
    } else {
      stage.current?.fit(false);
    }
  }, [cameraKey]);
  useEffect(() => stage.current?.decorate(decorations), [decorations]);
  useEffect(() => stage.current?.highlight(matches), [matches]);
  useEffect(() => stage.current?.select(selected), [selected, scene]);

  useImperativeHandle(handle, () => ({
    fit: () => stage.current?.fit(true),
    zoomBy: (factor) => stage.current?.zoomBy(factor),
    reveal: (id) => stage.current?.reveal(id),
    fitTo: (ids) => stage.current?.fitTo(ids),
    lookFrom: (camera) => stage.current?.lookFrom(camera),
    view: () => ({
      camera: stage.current?.camera ?? { x: 0, y: 0, zoom: 1 },
      size: stage.current?.size ?? { width: 1, height: 1 },
    }),
    onMove: (callback) => stage.current?.onMove(callback) ?? (() => undefined),
    takeFocus: () => frame.current?.focus(),
  }));

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (
      event.target === frame.current &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      act(event.key)
    ) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  const act = (key: string): boolean => {
    if ((ARROW_KEYS as readonly string[]).includes(key)) {
      setFocused(stage.current?.moveFocus(key as ArrowKey));
    } else if (key === 'Enter' || key === ' ') {
      if (focused !== undefined) {
        props.onSelect(focused);
      }
    } else if (key === 'Escape') {
      if (selected === undefined) {
        blurNode();
      }
      props.onClose();
    } else if (key === '+' || key === '=') {
      stage.current?.zoomBy(ZOOM_STEP);
    } else if (key === '-') {
      stage.current?.zoomBy(1 / ZOOM_STEP);
    } else if (key === '?') {
      props.onHelp();
    } else if (key === '0') {
      stage.current?.fit(true);
    } else if (key === 'z' && (focused ?? selected) !== undefined) {
      stage.current?.zoomTo(focused ?? selected ?? '');
    } else if (key === '/') {
      props.onSearch();
    } else {
      return props.onKey(key);
    }
    return true;
  };

  const blurNode = () => {
    setFocused(undefined);
    stage.current?.focus(undefined);
  };

  return (
    <div
      ref={frame}
      data-testid="toposcope-picture"
      data-body
      role="listbox"
      tabIndex={0}
      aria-label={`${props.name}: arrow keys go from node to node, Enter opens one, Escape closes, plus and minus zoom, 0 shows all`}
      aria-activedescendant={focused === undefined ? undefined : optionId(listId, focused)}
      onKeyDown={onKeyDown}
      onBlur={blurNode}
      className={styles.frame}
    >
      <canvas ref={canvas} aria-hidden="true" style={{ display: 'block', width, height }} />
      <AccessibleList scene={scene} listId={listId} selected={selected} focused={focused} />
    </div>
  );
});

const getStyles = ({ colors }: GrafanaTheme2) => ({
  frame: css({
    position: 'absolute',
    inset: 0,
    overflow: 'hidden',
    touchAction: 'none',
    cursor: 'grab',
    '&:focus': { outline: 'none', boxShadow: 'none' },
    // On top of the canvas, which would hide an outline of the frame itself.
    '&:focus-visible::after': {
      content: '""',
      position: 'absolute',
      inset: 0,
      border: `2px solid ${colors.primary.border}`,
      pointerEvents: 'none',
    },
  }),
});
