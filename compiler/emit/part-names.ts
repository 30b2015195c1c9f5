import type { Field, WindowModel } from '../model/model.js';

/** `request_body ?? reply_body`: what is a role, each name once. */
export function partNames(parts: readonly (Field | WindowModel)[]): string {
  return [...new Set(parts.map((part) => part.name ?? 'the window'))].join(' ?? ');
}
