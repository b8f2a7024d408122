import { readFile } from 'node:fs/promises';

/** Headers for one export attempt. Read anew each time: kubelet replaces a projected token long before it expires. */
export function bearerFrom(
  path: string,
  whenMissing: (message: string) => void,
): () => Promise<Record<string, string>> {
  return async () => {
    try {
      const token = (await readFile(path, 'utf8')).trim();
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
