/** The lines of a stream of UTF-8 as they come; the last one also without its line feed. Ends the stream when left. */
export async function* textLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (done) {
        break;
      }
    }
    if (rest !== '') {
      yield rest;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
