/**
 * A command line as the words of a program and its arguments: cut at white space, but not within quotes; a backslash
 * takes the next character as it is, but not within single quotes. Nothing else of a shell is understood, so what is
 * written is what runs. Undefined where there is no word, or a quote is not closed.
 */
export function commandWords(line: string): [string, ...string[]] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '\\' && quote !== "'") {
      at += 1;
      word = (word ?? '') + line.charAt(at);
    } else if (quote !== '') {
      word = (word ?? '') + (character === quote ? '' : character);
      quote = character === quote ? '' : quote;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      words.push(...(word === undefined ? [] : [word]));
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  const [program, ...args] = word === undefined ? words : [...words, word];
  return quote !== '' || program === undefined || program === '' ? undefined : [program, ...args];
}
