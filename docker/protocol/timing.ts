import { z } from 'zod';

/**
 * Duration fields. A *timer* may be scaled openly by a lab (check, drain, delay, back-off); a plain duration never is
 * (service time, request latency, what the kernel decides). The mark travels in the JSON Schema, so that whoever draws
 * or scales a setting reads it from one place.
 */
export function timer(defaultMs: number, title: string, min = 1) {
  return z.number().min(min).max(86_400_000).default(defaultMs).meta({ title, unit: 'ms', scaled: true });
}

export function duration(defaultMs: number, title: string, min = 0) {
  return z.number().min(min).max(86_400_000).default(defaultMs).meta({ title, unit: 'ms' });
}
