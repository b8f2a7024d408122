/** 10 minutes at 15 s, as many as a decision sees of the rate. */
const MOST = 40;

/** The last totals of one signal, for the middle of them. */
export class Trail {
  #totals: number[] = [];

  add(total: number): void {
    if (!Number.isFinite(total)) return;
    this.#totals.push(total);
    if (this.#totals.length > MOST) this.#totals.shift();
  }

  /** The lower middle one; NaN without any: 3, 9, 4, 8 -> 4 */
  get usual(): number {
    const ascending = [...this.#totals].sort((a, b) => a - b);
    return ascending[Math.floor((ascending.length - 1) / 2)] ?? Number.NaN;
  }
}
