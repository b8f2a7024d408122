/** The receiver's address cannot be had. The message says which it is and which flag chooses another. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const causes: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use: stop what listens there',
  EACCES: 'this user may not listen there: use a port from 1024 up',
  EADDRNOTAVAIL: 'this machine has no such address: give one that it has, such as 0.0.0.0',
  ENOTFOUND: 'no such host: give an address of this machine, such as 0.0.0.0',
};

/** `port 4318 on 0.0.0.0: it is in use: stop what listens there, or choose another address with --otlp-address` */
export function listenError(port: number, host: string, error: unknown): ListenError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = causes[code] ?? (error instanceof Error ? error.message : String(error));
  return new ListenError(
    `cannot receive telemetry at port ${port} on ${host}: ${cause}, or choose another address with --otlp-address`,
    { cause: error },
  );
}
