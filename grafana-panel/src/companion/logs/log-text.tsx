import React from 'react';
import type { TerminalLook } from '../terminal/terminal-look';
import { coloredParts, markedPieces } from './log-parts';

interface Props {
  readonly line: string;
  /** Matches are marked; undefined when nothing is searched for. */
  readonly pattern: RegExp | undefined;
  readonly colors: TerminalLook['colors'];
}

/** A line of a log with the colours that its program wrote, and what is searched for marked. */
export const LogText = React.memo(function LogText({ line, pattern, colors }: Props): React.JSX.Element {
  const parts = coloredParts(line);
  return (
    <>
      {parts.map(({ text, color, bold, underlined }, index) =>
        color === undefined && !bold && !underlined ? (
          <Marked key={index} text={text} pattern={pattern} />
        ) : (
          <span
            key={index}
            style={{
              color: colorOf(color, colors),
              fontWeight: bold ? 600 : undefined,
              textDecoration: underlined ? 'underline' : undefined,
            }}
          >
            <Marked text={text} pattern={pattern} />
          </span>
        ),
      )}
    </>
  );
});

/**
 * What is to be marked for a filter; undefined for none. A regular expression is the gateway's to match: its engine is
 * linear, and a browser's may hang over a line.
 */
export function markPattern(filter: string, isRegex: boolean): RegExp | undefined {
  return filter === '' || isRegex
    ? undefined
    : new RegExp(filter.replace(/[\\^$*+?.()|[\]{}]/g, '\\$&'), 'g');
}

function Marked({ text, pattern }: { readonly text: string; readonly pattern: RegExp | undefined }) {
  if (pattern === undefined) {
    return <>{text}</>;
  }
  return (
    <>
      {markedPieces(text, pattern).map(({ text: piece, at, marked }) =>
        marked ? <mark key={`mark ${at}`}>{piece}</mark> : <React.Fragment key={at}>{piece}</React.Fragment>,
      )}
    </>
  );
}

const COLOR_NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

function colorOf(name: string | undefined, colors: TerminalLook['colors']): string | undefined {
  const [, bright, plain = ''] = /^(bright-)?(\w+)$/.exec(name ?? '') ?? [];
  const color = COLOR_NAMES.find((candidate) => candidate === plain);
  if (color === undefined) {
    return undefined;
  }
  return bright === undefined ? colors[color] : colors[`bright${capital(color)}`];
}

function capital<Text extends string>(text: Text): Capitalize<Text> {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}` as Capitalize<Text>;
}
