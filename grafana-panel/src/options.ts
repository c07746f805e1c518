import type { PanelOptionsEditorBuilder } from '@grafana/data';
import type { Direction } from './layout/graph';
import type { WheelMode } from './scene/gestures';

export interface PanelOptions {
  /** Which way requests flow. */
  direction: Direction;
  /** The dashboard variable that holds the view's id; the tabs set it. Empty: no tabs. */
  viewVariable: string;
  wheel: WheelMode;
  /** A node near one of its limits gets a warning, without any alert rule. */
  marksStrain: boolean;
}

export function addOptions(builder: PanelOptionsEditorBuilder<PanelOptions>): void {
  builder
    .addRadio({
      path: 'direction',
      name: 'Direction',
      description: 'Which way requests flow on the picture.',
      defaultValue: 'right',
      settings: {
        options: [
          { value: 'right', label: 'To the right' },
          { value: 'down', label: 'Downwards' },
        ],
      },
    })
    .addRadio({
      path: 'wheel',
      name: 'Mouse wheel',
      description: 'With the key the wheel alone scrolls the dashboard.',
      defaultValue: 'always',
      settings: {
        options: [
          { value: 'always', label: 'Zooms' },
          { value: 'with-key', label: 'Zooms with Ctrl' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'marksStrain',
      name: 'Mark what is near its limits',
      description:
        'A warning on what uses 90 % of its CPU, memory, tasks or open files, has twice as much to do as CPUs, or waits.',
      defaultValue: true,
    })
    .addTextInput({
      path: 'viewVariable',
      name: 'View variable',
      description:
        'The dashboard variable that the query takes its view from. The tabs of this panel set it. Empty: no tabs.',
      defaultValue: 'view',
    });
}

/** Panels saved by an older version lack the newer options. */
export function withDefaults(options: Partial<PanelOptions>): PanelOptions {
  return { direction: 'right', viewVariable: 'view', wheel: 'always', marksStrain: true, ...options };
}
