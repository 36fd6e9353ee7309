import { WindlassError } from '../errors/index.js';
import { displayRef, type ObjectRef } from '../resources/index.js';
import type { Logger, Metrics } from '../telemetry/index.js';
import type { ApiClient } from './api-client.js';
import { microTime } from './micro-time.js';

/** What there is to say about an object. */
export interface Note {
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase: why. */
  readonly reason: string;
  /** One word: what was being done. */
  readonly action: string;
  readonly note: string;
}

/** The object that an event is about. */
export interface Regarding {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly uid: string | undefined;
}

export interface EventRecorderOptions {
  readonly client: ApiClient;
  /** Name of the controller, and of this replica. */
  readonly controller: string;
  readonly instance: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits?: Partial<EventLimits>;
  /** The time of day. */
  readonly now?: () => Date;
}

export interface EventLimits {
  /** What is said again within this time is counted in the event that is there. Milliseconds. */
  readonly seriesMs: number;
  /** How often such a count is written at most. Milliseconds. */
  readonly countMs: number;
  /** Events that wait to be written; what comes beyond is dropped. */
  readonly most: number;
  /** Between two requests. Milliseconds. */
  readonly paceMs: number;
}

const LIMITS: EventLimits = { seriesMs: 360_000, countMs: 60_000, most: 1000, paceMs: 50 };
/** Bytes of a note, and characters of a reporting instance. Source: events.k8s.io/v1 Event. */
const LONGEST_NOTE = 1024;
const LONGEST_INSTANCE = 128;

/** Says on an object what a user must notice. Best effort: an event that cannot be written is counted and logged, and the condition says it all the same. */
export interface EventRecorder {
  record(regarding: Regarding, note: Note): void;
  /** Nothing is said any more, and what waits is dropped. */
  stop(): void;
}

/** What was said lately about one object with one type and reason. */
interface Series {
  readonly path: string;
  readonly name: string;
  count: number;
  /** What the server's event says. */
  counted: number;
  lastAt: Date;
  timer: NodeJS.Timeout | undefined;
}

/** Events of the group events.k8s.io. What is said again is a series: one event, whose count is written now and then. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, controller, instance, logger, metrics, now = () => new Date() } = options;
  const limits = { ...LIMITS, ...options.limits };
  const series = new Map<string, Series>();
  const queue: (() => Promise<unknown>)[] = [];
  let isRunning = false;
  let isStopped = false;
  let pace: NodeJS.Timeout | undefined;
  let made = 0;

  const enqueue = (request: () => Promise<unknown>): void => {
    if (queue.length >= limits.most) {
      metrics.add('windlass_events_total', { result: 'dropped' });
      return;
    }
    queue.push(request);
    if (!isRunning) void run();
  };

  const isEnded = (): boolean => isStopped;
  const run = async (): Promise<void> => {
    isRunning = true;
    for (let request = queue.shift(); request !== undefined && !isEnded(); request = queue.shift()) {
      try {
        await request();
        metrics.add('windlass_events_total', { result: 'written' });
      } catch (error) {
        if (isEnded()) return;
        metrics.add('windlass_events_total', { result: 'failed' });
        const { code, message } = WindlassError.from(error);
        logger.warn('an event cannot be written', { code, error: message });
      }
      await new Promise((resolve) => (pace = setTimeout(resolve, limits.paceMs)));
    }
    isRunning = false;
  };

  const begin = (key: string, { ref, apiVersion, uid }: Regarding, said: Note): void => {
    const at = now();
    // Cluster-scoped objects have their events in `default`, as Kubernetes' own have.
    const namespace = ref.namespace === '' ? 'default' : ref.namespace;
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    made += 1;
    const name = `${ref.name.slice(0, 200)}.${at.getTime().toString(16)}${made.toString(16)}`;
    const { kind, name: of } = ref;
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace },
      eventTime: microTime(at),
      reportingController: controller,
      reportingInstance: instance.slice(0, LONGEST_INSTANCE),
      ...{ type: said.type, reason: said.reason, action: said.action, note: shortened(said.note) },
      regarding: { apiVersion, kind, name: of, ...(ref.namespace && { namespace: ref.namespace }), uid },
    };
    series.set(key, { path, name, count: 1, counted: 1, lastAt: at, timer: undefined });
    enqueue(() => client.call({ method: 'POST', path, body }));
  };

  const goOn = (known: Series): void => {
    known.count += 1;
    known.lastAt = now();
    // The second time is told at once, what follows now and then.
    if (known.count === 2) writeCount(known);
    else known.timer ??= setTimeout(() => writeCount(known), limits.countMs);
  };

  const writeCount = (known: Series): void => {
    known.timer = undefined;
    if (known.counted === known.count) return;
    known.counted = known.count;
    const body = { series: { count: known.count, lastObservedTime: microTime(known.lastAt) } };
    const path = `${known.path}/${known.name}`;
    enqueue(() => client.call({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' }));
  };

  const forgetOld = (): void => {
    const time = now().getTime();
    for (const [key, { lastAt, timer }] of series)
      if (timer === undefined && time - lastAt.getTime() >= limits.seriesMs) series.delete(key);
  };

  return {
    record: (regarding, said) => {
      if (isStopped) return;
      forgetOld();
      const { ref, uid = '' } = regarding;
      const key = [displayRef(ref), uid, said.type, said.reason, said.action].join('\n');
      const known = series.get(key);
      if (known === undefined) begin(key, regarding, said);
      else goOn(known);
    },
    stop: () => {
      isStopped = true;
      queue.length = 0;
      clearTimeout(pace);
      for (const { timer } of series.values()) clearTimeout(timer);
      series.clear();
    },
  };
}

function shortened(note: string): string {
  if (Buffer.byteLength(note) <= LONGEST_NOTE) return note;
  const mark = '…';
  const room = LONGEST_NOTE - Buffer.byteLength(mark);
  // A character that was cut through is left out.
  return `${Buffer.from(note)
    .subarray(0, room)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}${mark}`;
}
