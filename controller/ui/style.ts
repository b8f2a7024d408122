/** SGR codes by meaning: a view says what a thing is, this file alone says how it looks. */
const codes = {
  title: '1',
  faint: '2',
  demand: '36',
  capacity: '92',
  rival: '33',
  forecast: '35',
  hot: '91',
  good: '32',
  bad: '31',
} as const;

export type Look = keyof typeof codes;

/** Wraps a text in its look. */
export type Paint = (look: Look, text: string) => string;

export const plain: Paint = (_, text) => text;

export const coloured: Paint = (look, text) => (text === '' ? '' : `\u001b[${codes[look]}m${text}\u001b[0m`);

/** https://no-color.org: NO_COLOR set and not empty means no colour; so does a terminal that says it is dumb. */
export function paintFor(env: Readonly<Record<string, string | undefined>>): Paint {
  return env.NO_COLOR || env.TERM === 'dumb' ? plain : coloured;
}

/** Columns a text takes. All our texts are of single-width characters; only the codes take none. */
export function widthOf(text: string): number {
  return [...withoutCodes(text)].length;
}

export function withoutCodes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '');
}

/**
 * Cuts a text to `width`, ending in an ellipsis when something was cut. Control characters, which a file's name or a
 * message from elsewhere may hold, are shown as dots.
 */
export function cut(text: string, width: number): string {
  const characters = [...text.replaceAll(/\p{Cc}/gu, '·')];
  if (characters.length <= width) return characters.join('');
  return `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** The first `width` columns of a painted text. Its codes all stay, so that no colour runs on into what follows. */
export function clip(painted: string, width: number): string {
  let left = width;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  return painted.replaceAll(/\u001b\[[0-9;]*m|./gu, (part) => (part.length > 2 || left-- > 0 ? part : ''));
}

/** Breaks a text between words. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
