import { readFile } from 'node:fs/promises';

/** Headers for one export attempt. Read anew each time: kubelet replaces a projected token long before it expires. */
export function bearerFrom(
  path: string,
  whenMissing: (message: string) => void,
): () => Promise<Record<string, string>> {
  return async () => {
    try {
      const token = (await readFile(path, 'utf8')).trim();
      if (token !== '') return { authorization: `Bearer ${token}` };
      whenMissing(`${path} is empty; it must hold the ServiceAccount token`);
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      whenMissing(
        `${path} cannot be read (${reason}); mount a projected ServiceAccount token there or set --token-file`,
      );
    }
    return {};
  };
}
