/** A line of a watch is one object; the API server itself refuses objects above 3 MiB. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Splits a stream into lines; what follows the last newline was cut off by the peer and is dropped. */
export async function* lines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of stream) {
    rest += decoder.decode(piece, { stream: true });
    let from = 0;
    for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n', from)) {
      yield rest.slice(from, at);
      from = at + 1;
    }
    rest = rest.slice(from);
    if (rest.length > MAX_LINE_BYTES) throw new Error(`a line is longer than ${MAX_LINE_BYTES} bytes`);
  }
}
