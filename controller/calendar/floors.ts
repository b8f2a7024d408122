import type { CalendarBlock } from '../api/calendar-block.ts';
import { spansOf } from './event.ts';
import { eventFrom } from './from-block.ts';
import { timeZone } from './time-zone.ts';

/** One occurrence of an event for which the user asked for replicas. */
export interface CalendarFloor {
  readonly event: string;
  readonly minReplicas: number;
  /** Unix ms. */
  readonly startMs: number;
  readonly endMs: number;
  /** How long before its start at least; 0 where nothing was asked for. */
  readonly aheadSeconds: number;
}

const CHUNK_MS = 86_400_000;
/** Longer than any leadSeconds and any start-up that is waited for. */
export const FLOOR_AHEAD_SECONDS = 10_800;

type FloorsBetween = (fromMs: number, toMs: number) => readonly CalendarFloor[];

/** What the calendar asks for that goes on now or begins soon; undefined where none of its events asks for replicas. */
export function floorsOf(block: CalendarBlock, nowMs: number): readonly CalendarFloor[] | undefined {
  if (block.events.every(({ minReplicas }) => minReplicas === undefined)) return undefined;
  const toMs = nowMs + FLOOR_AHEAD_SECONDS * 1000;
  let chunk = chunks.get(block);
  if (!chunk || nowMs < chunk.fromMs || toMs > chunk.toMs) {
    const between = chunk?.between ?? floorsBetween(block);
    chunk = { between, fromMs: nowMs, toMs: toMs + CHUNK_MS, floors: between(nowMs, toMs + CHUNK_MS) };
    chunks.set(block, chunk);
  }
  return chunk.floors.filter(({ startMs, endMs }) => startMs < toMs && endMs > nowMs);
}

interface Chunk {
  readonly between: FloorsBetween;
  readonly fromMs: number;
  readonly toMs: number;
  readonly floors: readonly CalendarFloor[];
}

/** Of each version of a scaler: worked out once a day. */
const chunks = new WeakMap<CalendarBlock, Chunk>();

function floorsBetween(block: CalendarBlock): FloorsBetween {
  const zone = timeZone(block.timeZone);
  const each = block.events.flatMap((event) => {
    const { minReplicas, leadSeconds: aheadSeconds = 0 } = event;
    if (minReplicas === undefined) return [];
    return [
      { spans: spansOf(eventFrom(event), zone), said: { event: event.name, minReplicas, aheadSeconds } },
    ];
  });
  return (fromMs, toMs) =>
    each.flatMap(({ spans, said }) =>
      spans(fromMs, toMs).map(({ startMs, endMs }) => ({ ...said, startMs, endMs })),
    );
}
