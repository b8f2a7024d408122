/** One line of an ICS file: `DTSTART;TZID=Europe/Berlin:20260320T200000`. */
export interface IcsLine {
  readonly name: string;
  readonly params: ReadonlyMap<string, string>;
  readonly value: string;
}

/** A VEVENT as it was written. */
export interface IcsEvent {
  /** For people: its SUMMARY and UID, or which it is. */
  readonly label: string;
  readonly uid: string;
  /** The first line of a name, and all of them. */
  readonly line: (name: string) => IcsLine | undefined;
  readonly lines: (name: string) => readonly IcsLine[];
}

/** So that the costliest file holds up a controller that many share by tenths of a second at most, and a usual one by a few ms. */
const MOST_EVENTS = 200;
const MOST_REPEATED = 50;

/** The VEVENTs of a file; what is in an alarm, a time zone or a to-do is passed over. Throws a RangeError that says what must be changed. */
export function icsEvents(text: string): readonly IcsEvent[] {
  const events = blocksOf(text).map((lines, at) => eventOf(lines, at + 1));
  if (events.length === 0) {
    throw new RangeError('the calendar text must be an ICS file with at least one VEVENT that has a DTSTART');
  }
  if (events.length > MOST_EVENTS) {
    throw new RangeError(`at most ${MOST_EVENTS} VEVENTs are read (are ${events.length}); take old ones out`);
  }
  const repeated = events.filter((event) => event.line('RRULE')).length;
  if (repeated > MOST_REPEATED) {
    throw new RangeError(`at most ${MOST_REPEATED} VEVENTs may repeat by an RRULE (do ${repeated})`);
  }
  return events;
}

/** The lines of each VEVENT, without those of what is inside it. */
function blocksOf(text: string): readonly (readonly IcsLine[])[] {
  const open: { readonly name: string; readonly lines: IcsLine[] }[] = [];
  const blocks: (readonly IcsLine[])[] = [];
  for (const line of unfolded(text).map(lineOf)) {
    const name = line.value.toUpperCase();
    if (line.name === 'BEGIN') open.push({ name, lines: [] });
    else if (line.name !== 'END') open.at(-1)?.lines.push(line);
    else {
      const closed = open.pop();
      if (closed?.name !== name) {
        throw new RangeError(`END:${name} must close a BEGIN:${name} (closes ${closed?.name ?? 'none'})`);
      }
      if (name === 'VEVENT') blocks.push(closed.lines);
    }
  }
  if (open.length > 0)
    throw new RangeError(`BEGIN:${open.at(-1)?.name} must have its END: the file is cut off`);
  return blocks;
}

/** A line that begins with a space or a tab goes on from the one before. */
function unfolded(text: string): readonly string[] {
  return text
    .replaceAll(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

/** A colon inside quotes is no end of the parameters. */
function lineOf(line: string): IcsLine {
  const [, name, params = '', value = ''] =
    /^\s*([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:])*)*):(.*)$/.exec(line) ?? [];
  if (name === undefined) {
    throw new RangeError(
      `must be an ICS file with VEVENTs: each line is NAME:VALUE, and one that goes on begins with a space (is "${line.slice(0, 60)}")`,
    );
  }
  const pairs = params.matchAll(/;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";])*)/g);
  return {
    name: name.toUpperCase(),
    params: new Map(
      [...pairs].map(([, key = '', text = '']) => [key.toUpperCase(), text.replaceAll('"', '')]),
    ),
    value: value.trim(),
  };
}

function eventOf(lines: readonly IcsLine[], number: number): IcsEvent {
  const named = (name: string) => lines.filter((line) => line.name === name);
  const summary = named('SUMMARY')[0]?.value.slice(0, 60);
  const uid = named('UID')[0]?.value ?? '';
  const names = [...(summary ? [`"${summary}"`] : []), ...(uid ? [`(UID ${uid.slice(0, 80)})`] : [])];
  return {
    label: names.length > 0 ? `VEVENT ${names.join(' ')}` : `VEVENT number ${number}`,
    uid,
    line: (name) => named(name)[0],
    lines: named,
  };
}
