import Anser from 'anser';
import React from 'react';
import type { TerminalLook } from '../terminal/terminal-look';

interface Props {
  readonly line: string;
  /** Matches are marked; undefined when nothing is searched for. */
  readonly pattern: RegExp | undefined;
  readonly colors: TerminalLook['colors'];
}

/** A line of a log with the colours that its program wrote, and what is searched for marked. */
export const LogText = React.memo(function LogText({ line, pattern, colors }: Props): React.JSX.Element {
  if (!line.includes('\u001b')) {
    return <Marked text={line} pattern={pattern} />;
  }
  const parts = Anser.ansiToJson(line, { use_classes: true, remove_empty: true, json: true });
  return (
    <>
      {parts.map(({ content, fg, decorations }, index) => (
        <span
          key={index}
          style={{
            color: colorOf(fg, colors),
            fontWeight: decorations.includes('bold') ? 600 : undefined,
            textDecoration: decorations.includes('underline') ? 'underline' : undefined,
          }}
        >
          <Marked text={content} pattern={pattern} />
        </span>
      ))}
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
  const pieces: React.ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] !== '') {
      pieces.push(text.slice(at, match.index), <mark key={match.index}>{match[0]}</mark>);
      at = match.index + match[0].length;
    }
  }
  return (
    <>
      {pieces}
      {text.slice(at)}
    </>
  );
}

const COLOR_NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

function colorOf(ansi: string | null, colors: TerminalLook['colors']): string | undefined {
  const [, bright, name = ''] = /^ansi-(bright-)?(\w+)$/.exec(ansi ?? '') ?? [];
  const color = COLOR_NAMES.find((candidate) => candidate === name);
  if (color === undefined) {
    return undefined;
  }
  return bright === undefined ? colors[color] : colors[`bright${capital(color)}`];
}

function capital<Text extends string>(text: Text): Capitalize<Text> {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}` as Capitalize<Text>;
}
