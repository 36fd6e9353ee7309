import { sortedMap } from '../../collections/index.js';
import type { Config } from '../../config/index.js';
import type { ObjectStatus, StatusBook } from '../../status/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { Io } from '../io.js';
import { paintFor } from '../style.js';
import { gatewaysFirst, statusTable } from '../status-table.js';
import { summaryOf, type SummaryLine } from './summary.js';

/** A change is told once it has been quiet for this long: between an edit and its ACK everything is pending for a moment. */
const QUIET_MS = 250;
const AT_MOST_MS = 2_000;

export interface Reporter {
  changed(book: StatusBook): void;
  stop(): void;
}

/**
 * Tells a person what changed: on a terminal a table of what is there now; otherwise one event for each line that is new, different or gone.
 * With `-o json`, each changed status as one line of JSON.
 */
export function createReporter(config: Config, io: Io, logger: Logger): Reporter {
  let timer: NodeJS.Timeout | undefined;
  let since: number | undefined;
  let told: StatusBook['statuses'] | undefined;
  let lines = sortedMap<SummaryLine>();
  const tell = ({ statuses }: StatusBook): void => {
    since = undefined;
    const edits = statuses
      .changesSince(told)
      .flatMap(({ before, after }) => [
        ...linesOf(before).map(({ key }) => [key, undefined] as const),
        ...linesOf(after).map((line) => [line.key, line] as const),
      ]);
    const next = lines.edit(edits);
    const changes = next.changesSince(lines);
    told = statuses;
    lines = next;
    const news = changes.flatMap(({ before, after }) => (after && !sameLine(before, after) ? [after] : []));
    const gone = changes.flatMap(({ before, after }) => (after === undefined && before ? [before] : []));
    if (news.length === 0 && gone.length === 0) return;
    if (io.stdout.isTerminal)
      io.stdout.write(`\n${statusTable([...lines.values()], paintFor(io.stdout, config))}`);
    else logLines(gatewaysFirst(news), gone, logger);
  };
  return {
    changed: (book) => {
      if (config.output === 'json') {
        for (const status of book.changed) io.stdout.write(`${JSON.stringify(status)}\n`);
        return;
      }
      clearTimeout(timer);
      const now = performance.now();
      since ??= now;
      timer = setTimeout(() => tell(book), Math.max(0, Math.min(QUIET_MS, since + AT_MOST_MS - now))).unref();
    },
    stop: () => clearTimeout(timer),
  };
}

function linesOf(status: ObjectStatus | undefined): readonly SummaryLine[] {
  return status === undefined ? [] : summaryOf(status);
}

function sameLine(a: SummaryLine | undefined, b: SummaryLine): boolean {
  return a?.state === b.state && a.addresses === b.addresses && (a.text === b.text || b.state === 'good');
}

function logLines(news: readonly SummaryLine[], gone: readonly SummaryLine[], logger: Logger): void {
  for (const { object, addresses, state, text } of news) {
    const fields = { object, addresses: addresses === '' ? undefined : addresses, state: text };
    if (state === 'bad') logger.warn('not as written', fields);
    else logger.info('status', fields);
  }
  for (const { object } of gone) logger.info('status', { object, state: 'gone or mended' });
}
