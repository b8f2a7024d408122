/** What a body is, by its headers. Both formats are answered in kind. */
export type Format = 'protobuf' | 'json';
export type Encoding = 'identity' | 'gzip';

export const mediaTypes: Readonly<Record<Format, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** RFC 9110 media type with parameters; anchored, and no part of it can match in two ways, so it is linear. */
const MEDIA_TYPE =
  /^application\/(json|x-protobuf)((?: *; *[!#$%&'*+.^_`|~\w-]+=(?:[!#$%&'*+.^_`|~\w-]+|"[^"\\\r\n]*"))*) *$/i;
const CHARSET = /; *charset=("?)([^";]*)\1/i;

/** undefined for anything but the two media types, for broken parameters, and for a charset other than UTF-8. */
export function formatOf(contentType: string | undefined): Format | undefined {
  if (contentType === mediaTypes.protobuf) return 'protobuf';
  if (contentType === mediaTypes.json) return 'json';
  const match = MEDIA_TYPE.exec(contentType ?? '');
  if (!match) return undefined;
  const charset = CHARSET.exec(match[2] ?? '')?.[2]?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') return undefined;
  return match[1]?.toLowerCase() === 'json' ? 'json' : 'protobuf';
}

/** undefined for anything but one encoding of the two: "gzip, gzip" would be decoded twice. */
export function encodingOf(contentEncoding: string | undefined): Encoding | undefined {
  if (contentEncoding === undefined) return 'identity';
  const encoding = contentEncoding.toLowerCase();
  return encoding === 'gzip' || encoding === 'identity' ? encoding : undefined;
}
