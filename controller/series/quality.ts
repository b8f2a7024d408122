import type { QualityFlag } from './step.ts';

/** 5 minutes at 15 s. Poisson traffic of even 1 rps repeats its count of 15 s 20 times with probability below 1e-18. */
const STUCK_STEPS = 20;

/** Notices a rate that repeats exactly, as that of an exporter that sends one frozen delta for ever. */
export class StuckWatch {
  #rate = Number.NaN;
  #repeats = 0;

  /** True from the 20th equal non-zero rate on; a missing one neither counts nor breaks the row. */
  observe(rps: number): boolean {
    if (Number.isNaN(rps)) return false;
    const same = Math.abs(rps - this.#rate) <= 1e-12 * rps;
    this.#repeats = same && rps > 0 ? this.#repeats + 1 : 1;
    this.#rate = rps;
    return rps > 0 && this.#repeats >= STUCK_STEPS;
  }
}

/** What was seen while a step's pods were merged. */
export interface Findings {
  readonly reporting: number;
  readonly silent: number;
  readonly rejected: boolean;
  readonly reset: boolean;
  readonly late: boolean;
}

/** Fewer than half of the pods that should have spoken did: the rest cannot be made up for. */
export function isMissing({ reporting, silent }: Findings): boolean {
  return reporting === 0 || reporting < silent;
}

export function flagsOf(findings: Findings, stuck: boolean): QualityFlag[] {
  const flags: QualityFlag[] = [];
  if (isMissing(findings)) flags.push('Missing');
  else if (findings.silent > 0) flags.push('Partial');
  if (findings.rejected) flags.push('Rejected');
  if (findings.reset) flags.push('Reset');
  if (findings.late) flags.push('Late');
  if (stuck) flags.push('Stuck');
  return flags;
}
