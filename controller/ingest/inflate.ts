import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { Malformed, TooLarge } from './malformed.ts';

const gunzipAside = promisify(gunzip);

/** Below this, inflating at once costs less than handing over to another thread; above, it would hold everybody up. */
const ASIDE_FROM_BYTES = 16 << 10;

/**
 * Gunzips a body to at most `maxBytes`: it stops as soon as the limit is passed, whatever the body would become.
 * Throws Malformed or TooLarge.
 */
export async function inflate(body: Buffer, maxBytes: number): Promise<Buffer> {
  const options = { maxOutputLength: maxBytes };
  try {
    return body.length < ASIDE_FROM_BYTES ? gunzipSync(body, options) : await gunzipAside(body, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new TooLarge(`the body must be at most ${maxBytes} bytes after decompression`);
    }
    const detail = error instanceof Error ? error.message : String(error);
    throw new Malformed(`the body must be gzip, as content-encoding says: ${detail}`);
  }
}
