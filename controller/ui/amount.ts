/** 12345 -> 12,345; the same everywhere, whatever the locale. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Four figures that tell: 0.04416, 3.142, 640.2, 1,234, 15,310; `-` for what is not known. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  if (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-3) return value.toExponential(2);
  if (Math.abs(value) >= 999.95) return grouped(Math.round(value));
  return value.toPrecision(4);
}

/** 12.3 %; `-` for what is not known. */
export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : '-';
}
