import { describe, expect, it } from 'vitest';
import { commandWords } from './command-words';

describe('a command line', () => {
  it.each([
    ['nginx -s reload', ['nginx', '-s', 'reload']],
    ['  sleep   600 ', ['sleep', '600']],
    [`sh -c 'echo "$HOME" && sleep 1'`, ['sh', '-c', 'echo "$HOME" && sleep 1']],
    [`echo "it's" a\\ b "\\"" ''`, ['echo', "it's", 'a b', '"', '']],
    [`--name='a b'c`, ['--name=a bc']],
  ])('%s is cut into words', (line, words) => {
    expect(commandWords(line)).toEqual(words);
  });

  it.each(['', '   ', `echo 'open`, `"`, `'' x`])('%j is none', (line) => {
    expect(commandWords(line)).toBeUndefined();
  });
});
