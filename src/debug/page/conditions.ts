import type { Condition } from '../../resources/index.js';
import { html, type Html } from './html.js';

/** Types whose True is the bad one. */
const NEGATIVE = new Set([
  'Conflicted',
  'PartiallyInvalid',
  'OverlappingTLSConfig',
  'windlass.io/RejectedByProxy',
]);

export function isGood({ type, status }: Condition): boolean {
  return (status === 'True') !== NEGATIVE.has(type);
}

/** What is as it should be takes a word; what is not, its reason and message. */
export function conditions(all: readonly Condition[]): Html {
  // A negative one that does not hold is nothing to tell: "✓ Conflicted" would read as its opposite.
  const told = all.filter((condition) => !(NEGATIVE.has(condition.type) && isGood(condition)));
  return html`${told.map((condition) =>
    isGood(condition)
      ? html`<span class="condition good">✓ ${condition.type}</span>`
      : html`<span class="condition ${tone(condition)}"
          >✗ <b>${condition.type}: ${condition.reason}</b> ${condition.message}</span
        >`,
  )}`;
}

function tone({ reason, type }: Condition): string {
  return reason === 'Pending' || type === 'OverlappingTLSConfig' || type === 'PartiallyInvalid'
    ? 'warn'
    : 'bad';
}
