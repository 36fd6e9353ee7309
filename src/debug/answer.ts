import { METRICS_CONTENT_TYPE } from '../telemetry/index.js';
import { CONFIG_TYPES, configView } from './config-view.js';
import { page } from './page/index.js';
import { DEBUG_PATHS } from './paths.js';
import type { DebugView } from './view.js';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const TEXT = 'text/plain; charset=utf-8';
const ENVOY_METRICS = /^\/envoy\/([^/]+\/[^/]+)\/stats\/prometheus$/;

/** What a GET of the URL's path answers. Reads, never changes. */
export async function answer({ pathname, searchParams }: URL, view: DebugView): Promise<Answer> {
  switch (pathname) {
    case '/':
      return { status: 200, type: 'text/html; charset=utf-8', body: page(view, new Date()) };
    case '/config':
      return config(searchParams, view);
    case '/cluster':
      return view.cluster === undefined
        ? notFound('objects come from files, not from a cluster')
        : json(view.cluster());
    case '/fleets':
      return json(view.fleets());
    case '/status':
      return json(view.statuses());
    case '/timeline':
      return timeline(searchParams, view);
    case '/metrics':
      return { status: 200, type: METRICS_CONTENT_TYPE, body: await view.metrics() };
    case '/healthz':
      return text(200, 'ok');
    case '/readyz':
      return view.ready()
        ? text(200, 'ok')
        : text(503, 'the first complete store has not been translated yet');
  }
  const [, fleet] = ENVOY_METRICS.exec(decoded(pathname)) ?? [];
  if (fleet === undefined) return notFound(`there is nothing at ${pathname}`);
  const body = await view.envoyMetrics(fleet);
  return body === undefined
    ? notFound(`no fleet ${fleet}`)
    : { status: 200, type: METRICS_CONTENT_TYPE, body };
}

function config(query: URLSearchParams, view: DebugView): Answer {
  const asked = query.get('type') ?? '';
  const type = CONFIG_TYPES.find((known) => known === asked);
  if (asked !== '' && type === undefined) return text(400, `type must be one of ${CONFIG_TYPES.join(', ')}`);
  const fleet = query.get('fleet') ?? '';
  const ids = fleet === '' ? view.fleets().map((known) => known.fleet) : [fleet];
  const shown: Record<string, unknown> = {};
  for (const id of ids) {
    const dump = view.config(id);
    if (dump !== undefined) shown[id] = configView(dump, type);
    else if (fleet !== '') return notFound(`no fleet ${fleet}`);
  }
  return json(shown);
}

/** How many changes are told unless asked otherwise. */
const LAST = 50;
const AT_MOST = 500;

function timeline(query: URLSearchParams, view: DebugView): Answer {
  const asked = query.get('last') ?? String(LAST);
  const count = /^\d{1,3}$/.test(asked) ? Number(asked) : 0;
  if (count < 1 || count > AT_MOST) return text(400, `last must be a number from 1 to ${AT_MOST}`);
  return json(view.timeline(count));
}

function json(value: unknown): Answer {
  return {
    status: 200,
    type: 'application/json; charset=utf-8',
    body: `${JSON.stringify(value, undefined, 2)}\n`,
  };
}

export function text(status: number, message: string): Answer {
  return { status, type: TEXT, body: `${message}\n` };
}

function notFound(message: string): Answer {
  const paths = Object.entries(DEBUG_PATHS).map(([path, what]) => `${path}\n    ${what}`);
  return text(404, [`${message}; there are:`, '', ...paths].join('\n'));
}

/** A percent sign that decodes to nothing stays as it is. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
