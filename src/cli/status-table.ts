import type { Paint } from './style.js';
import { table } from './table.js';
import type { SummaryLine } from './up/summary.js';

const TONES = { good: 'good', waiting: 'warning', bad: 'bad' } as const;

/** What is there, for a person: one line for each thing, GatewayClasses and Gateways first. */
export function statusTable(lines: readonly SummaryLine[], paint: Paint): string {
  if (lines.length === 0) return 'No Gateway of class windlass.\n';
  return table(
    gatewaysFirst(lines).map(({ object, addresses, state, text }) => [
      paint('strong', object),
      addresses,
      paint(TONES[state], text),
    ]),
  );
}

/** GatewayClasses and Gateways before what is attached to them, whatever the kinds are called. */
export function gatewaysFirst(all: readonly SummaryLine[]): readonly SummaryLine[] {
  const isRoute = ({ object }: SummaryLine): boolean => !/^(Gateway|ListenerSet)/.test(object);
  return all.toSorted((a, b) => Number(isRoute(a)) - Number(isRoute(b)));
}
