/** Whether a shell would run something of a text before all of it was seen. */
export function hasSeveralLines(text: string): boolean {
  return /[\r\n]/.test(text.trimEnd());
}

/** What is asked before several lines are pasted. */
export function pasteQuestion(text: string): string {
  const lines = text.trimEnd().split(/\r\n|\r|\n/).length;
  return `Paste ${lines.toLocaleString('en')} lines? A shell runs each of them as it comes.`;
}
