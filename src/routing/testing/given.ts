import { parseAllDocuments } from 'yaml';
import {
  displayPath,
  ingest,
  type KindName,
  type KindTypes,
  type KnownObject,
} from '../../resources/index.js';
import { emptyStore, type FleetObservation, type Store } from '../../store/index.js';
import type { Evaluation, Outcome, RequestModel } from '../evaluate/evaluation.js';
import { evaluate } from '../evaluate/evaluate.js';
import {
  evaluateConnection,
  type ConnectionEvaluation,
  type ConnectionModel,
} from '../evaluate/evaluate-connection.js';
import type { Fleet, GatewayModel, ListenerModel, Model, ParentModel, Verdict } from '../model.js';
import type { TranslatorCounters, TranslatorOptions } from '../translator-options.js';
import { createTranslator } from '../translator.js';

// The harness of the scenario tests: YAML as a user would write it, and plain questions about what becomes of it.

export const OPTIONS: TranslatorOptions = {
  controllerName: 'windlass.io/gateway-controller',
  gatewayClassName: 'windlass',
  implicitClass: true,
  allowExternalName: true,
};

/** Objects of YAML documents, admitted as an API server would; throws with every fault. */
export function objects(yaml: string): readonly KnownObject[] {
  return [...parseAllDocuments(yaml)]
    .map((document): unknown => document.toJS())
    .filter((raw) => raw !== null && raw !== undefined)
    .map((raw) => {
      const { object, faults } = ingest(raw);
      if (object === undefined) {
        throw new Error(faults.map(({ path, message }) => `${displayPath(path)}: ${message}`).join('\n'));
      }
      return object;
    });
}

export interface Request extends Partial<
  Pick<RequestModel, 'method' | 'sni' | 'headers' | 'port' | 'clientCertificate'>
> {
  /** `namespace/name`; default: the only Gateway. */
  readonly gateway?: string;
}

/** Changes the YAML's world step by step and asks what it means. */
export interface Scenario {
  /** Adds or replaces objects. */
  change(yaml: string): Scenario;
  put(...upserts: readonly KnownObject[]): Scenario;
  remove(kind: KindName, name: string, namespace?: string): Scenario;
  observe(observation: FleetObservation): Scenario;
  get<K extends KindName>(kind: K, name: string, namespace?: string): KindTypes[K];
  model(): Model;
  gateway(id?: string): GatewayModel;
  fleet(id?: string): Fleet;
  listener(name: string): ListenerModel;
  parent(route: string, index?: number): ParentModel;
  evaluate(url: string, request?: Request): Evaluation;
  /** A call of `/<service>/<method>`; otherwise as `meets`. */
  calls(url: string, request?: Request): string;
  /** One word for what the request meets, of a call the status that its client sees: `default/a:80`, `default/a:80=90 500=10`, `404`, `302 <location>`, `refused`. */
  meets(url: string, request?: Request): string;
  /** What a connection meets, as `meets`: `default/a:80=9 refused=1`, `http` when its requests are looked at, `refused`. @param sni of TLS @param gateway as of a Request */
  connects(port: number, sni?: string, transport?: ConnectionModel['transport'], gateway?: string): string;
  counters(): TranslatorCounters;
  store(): Store;
}

export function given(yaml: string, options: Partial<TranslatorOptions> = {}): Scenario {
  const translator = createTranslator({ ...OPTIONS, ...options });
  let store = emptyStore();

  const scenario: Scenario = {
    change: (more) => scenario.put(...objects(more)),
    put: (...upserts) => {
      const unseen = upserts.filter(
        (object) => object.kind === 'Gateway' && store.observation(idOf(object)) === undefined,
      );
      const observations = unseen.map((gateway) => assigned(idOf(gateway)));
      store = store.apply({ upserts, observations });
      return scenario;
    },
    remove: (kind, name, namespace = 'default') => {
      store = store.apply({ deletes: [{ group: '', kind, namespace, name }] });
      return scenario;
    },
    observe: (observation) => {
      store = store.apply({ observations: [observation] });
      return scenario;
    },
    get: (kind, name, namespace = 'default') => found(store.get(kind, namespace, name), `${kind} ${name}`),
    model: () => translator.translate(store),
    gateway: (id) => {
      const { gateways } = scenario.model();
      return found(
        gateways.find(({ gateway }) => id === undefined || idOf(gateway) === id),
        `Gateway ${id ?? ''}`,
      );
    },
    fleet: (id) => found(scenario.gateway(id).fleet, 'fleet'),
    listener: (name) =>
      found(
        scenario.gateway().listeners.find((l) => l.name === name),
        `listener ${name}`,
      ),
    parent: (name, index = 0) => {
      const route = scenario
        .model()
        .routes.values()
        .find((r) => r.route.metadata.name === name);
      return found(route?.parents[index], `parent ${index} of ${name}`);
    },
    evaluate: (url, request = {}) => evaluate(scenario.fleet(request.gateway), requestOf(url, request)),
    meets: (url, request = {}) => {
      const fleet = scenario.fleet(request.gateway);
      return outcomeText(fleet, evaluate(fleet, requestOf(url, request)));
    },
    calls: (url, request = {}) =>
      scenario.meets(url, {
        ...request,
        method: 'POST',
        headers: [['content-type', 'application/grpc'], ...(request.headers ?? [])],
      }),
    connects: (port, sni, transport = 'tcp', gateway) =>
      connectionText(
        evaluateConnection(scenario.fleet(gateway), { port, transport, ...(sni !== undefined && { sni }) }),
      ),
    counters: () => translator.counters(),
    store: () => store,
  };
  return scenario.change(yaml);
}

/** An observation of a Gateway that has an address. */
export function assigned(fleet: string): FleetObservation {
  return { fleet, addresses: ['127.0.0.1'], ports: {}, portOffset: 0 };
}

/** `True`, or the reason of the refusal. */
export function reasonOf(verdict: Verdict): string {
  return verdict.accepted ? 'True' : verdict.reason;
}

function idOf({ metadata }: KnownObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function requestOf(url: string, request: Request): RequestModel {
  const [, scheme = 'http', host = '', path = '/'] = /^(https?):\/\/([^/]*)(\/.*)?$/.exec(url) ?? [];
  const [, name = host, port] = /^(.*):(\d+)$/.exec(host) ?? [];
  const secure = scheme === 'https';
  return {
    port: request.port ?? (port === undefined ? (secure ? 443 : 80) : Number(port)),
    scheme: secure ? 'https' : 'http',
    ...(secure && { sni: request.sni ?? name }),
    ...(request.clientCertificate && { clientCertificate: request.clientCertificate }),
    host,
    path,
    method: request.method ?? 'GET',
    headers: request.headers ?? [],
  };
}

function outcomeText(fleet: Fleet, { outcome }: Evaluation): string {
  switch (outcome.kind) {
    case 'refused':
      return 'refused';
    case 'respond':
      return respondText(outcome);
    case 'preflight':
      return respondText(outcome);
    case 'redirect':
      return outcome.grpcStatus ?? `${outcome.status} ${outcome.location}`;
    case 'forward': {
      const shares = outcome.shares.map(({ weight, cluster, answer }) => ({
        weight,
        backend: answer?.kind === 'respond' ? respondText(answer) : backendText(fleet, cluster),
      }));
      const [only] = shares;
      return shares.length === 1 && only !== undefined
        ? only.backend
        : shares.map(({ weight, backend }) => `${backend}=${weight}`).join(' ');
    }
  }
}

function connectionText(met: ConnectionEvaluation): string {
  if (met.kind !== 'forward') return met.kind;
  const shares = met.shares.map(({ weight, target }) => ({
    weight,
    backend:
      target.kind === 'unresolved'
        ? 'refused'
        : `${target.service.namespace}/${target.service.name}:${target.port}`,
  }));
  const [only] = shares;
  return shares.length === 1 && only !== undefined
    ? only.backend
    : shares.map(({ weight, backend }) => `${backend}=${weight}`).join(' ');
}

function respondText({ grpcStatus, status }: Extract<Outcome, { kind: 'respond' | 'preflight' }>): string {
  return grpcStatus ?? String(status);
}

function backendText(fleet: Fleet, cluster = ''): string {
  const { backend, port } = found(fleet.clusters.get(cluster), `cluster ${cluster}`);
  return `${backend.namespace}/${backend.name}:${port}`;
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
