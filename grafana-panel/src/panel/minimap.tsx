import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useEffect, useRef } from 'react';
import { cameraAt, paintMinimap, seesAll } from '../scene/minimap';
import { paletteOf } from '../scene/palette';
import type { Scene } from '../scene/scene';
import type { PictureHandle } from './picture';

const BOX = { width: 150, height: 96 } as const;

interface Props {
  readonly scene: Scene;
  readonly picture: React.RefObject<PictureHandle | null>;
}

/** The whole picture in a corner, with a frame round what is seen; a press or a drag goes there. For the pointer only: keys have their own ways. */
export function Minimap({ scene, picture }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    const handle = picture.current;
    if (!context || !handle) {
      return undefined;
    }
    const ratio = window.devicePixelRatio;
    const palette = paletteOf(theme, false);
    const paint = () => {
      const { camera, size } = handle.view();
      context.canvas.hidden = seesAll(scene, camera, size);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintMinimap(context, scene, BOX, camera, size, palette);
    };
    paint();
    return handle.onMove(paint);
  }, [scene, picture, theme]);

  const go = ({ currentTarget, clientX, clientY }: React.PointerEvent<HTMLCanvasElement>) => {
    const handle = picture.current;
    if (handle) {
      const box = currentTarget.getBoundingClientRect();
      handle.lookFrom(cameraAt(scene, BOX, clientX - box.left, clientY - box.top, handle.view().camera.zoom));
    }
  };
  const ratio = window.devicePixelRatio;
  return (
    <canvas
      ref={canvas}
      aria-hidden="true"
      data-testid="toposcope-minimap"
      className={styles.map}
      style={BOX}
      width={BOX.width * ratio}
      height={BOX.height * ratio}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) {
          go(event);
        }
      }}
    />
  );
}

const getStyles = ({ colors, shape }: GrafanaTheme2) => ({
  map: css({
    display: 'block',
    border: `1px solid ${colors.border.weak}`,
    borderRadius: shape.radius.default,
    cursor: 'crosshair',
    touchAction: 'none',
    '&[hidden]': { display: 'none' },
  }),
});
