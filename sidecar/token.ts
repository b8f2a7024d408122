import { readFileSync } from 'node:fs';

/**
 * Headers for one export attempt. Read anew each time: kubelet replaces a projected token long before it expires. Not
 * asynchronous inside: it is a kilobyte in memory, and the threads for it would cost more memory than all of this.
 */
export function bearerFrom(
  path: string,
  whenMissing: (message: string) => void,
): () => Promise<Record<string, string>> {
  return async () => {
    try {
      const token = readFileSync(path, 'utf8').trim();
      if (/^[\x21-\x7e]+$/.test(token)) return { authorization: `Bearer ${token}` };
      whenMissing(`${path} must hold a ServiceAccount token and nothing else`);
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      whenMissing(
        `${path} cannot be read (${reason}); mount a projected ServiceAccount token there or set --token-file`,
      );
    }
    return {};
  };
}
