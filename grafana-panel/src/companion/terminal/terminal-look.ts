import type { GrafanaTheme2 } from '@grafana/data';
import type { ITheme } from '@xterm/xterm';

/** How a terminal looks: its font and its colours. */
export interface TerminalLook {
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly colors: ITheme;
}

export function terminalLook({ colors, isDark, typography }: GrafanaTheme2): TerminalLook {
  const background = colors.background.canvas;
  return {
    fontFamily: typography.fontFamilyMonospace,
    fontSize: 13,
    colors: {
      background,
      foreground: colors.text.primary,
      cursor: colors.text.primary,
      cursorAccent: background,
      selectionBackground: isDark ? '#3d71d980' : '#3871dc55',
      ...(isDark ? DARK : LIGHT),
    },
  };
}

/** The sixteen colours of a terminal, near Grafana's own, each readable on the theme's background. */
const DARK: ITheme = {
  black: '#3a3f4b',
  red: '#f2637e',
  green: '#73bf69',
  yellow: '#f2cc0c',
  blue: '#6e9fff',
  magenta: '#ca95e5',
  cyan: '#56c7d1',
  white: '#ccccdc',
  brightBlack: '#8e8ea0',
  brightRed: '#ff8599',
  brightGreen: '#96d98d',
  brightYellow: '#ffee52',
  brightBlue: '#9db8ff',
  brightMagenta: '#deb6f2',
  brightCyan: '#8be3ea',
  brightWhite: '#ffffff',
};
const LIGHT: ITheme = {
  black: '#24292e',
  red: '#c4162a',
  green: '#247a2b',
  yellow: '#8a6100',
  blue: '#1f60c4',
  magenta: '#8f3bb8',
  cyan: '#0b7285',
  white: '#6b7280',
  brightBlack: '#57606a',
  brightRed: '#e02f44',
  brightGreen: '#37872d',
  brightYellow: '#a16f00',
  brightBlue: '#3274d9',
  brightMagenta: '#a352cc',
  brightCyan: '#0c8599',
  brightWhite: '#24292e',
};
