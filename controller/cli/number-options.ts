import { InvalidArgumentError } from 'commander';

/** Reads the value of an option as commander asks for it; what is no such number is said with what must be. */
export function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^(\d+\.?\d*|\.\d+)(e\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
