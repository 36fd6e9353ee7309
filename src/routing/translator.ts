import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import {
  refOf,
  type BackendTlsPolicy,
  type BackendTrafficPolicy,
  type Gateway,
  type TelemetryPolicy,
  type XBackend,
} from '../resources/index.js';
import { flatTable, type Store } from '../store/index.js';
import type { AttachedRoute } from './attached-route.js';
import {
  assembleGateway,
  gatewayModel,
  type AssembledGateway,
  type EndpointsOfGateway,
  type Held,
} from './gateway-model.js';
import { createGatewayRoutes } from './gateway-routes.js';
import { createGatewayTls, type GatewayTls } from './gateway-tls.js';
import { createGatewayAnalysis } from './analysed-gateway.js';
import { keepEqual, keepList, keepObject } from './keep.js';
import { servicesOfListeners } from './listener-services.js';
import type { PlacedGateway } from './gateways.js';
import type { GatewayClassModel, GatewayModel, Model } from './model.js';
import { policyModels, type GatewayServices, type PolicyModels } from './policy-models.js';
import { routeModels, type RouteModels, type RoutesOfGateways } from './route-model.js';
import { createSteps, type Steps } from './steps.js';
import { modelsOfXBackends, type XBackendModels } from './x-backend-status.js';
import {
  noCounts,
  type Counts,
  type TranslatorCounters,
  type TranslatorOptions,
} from './translator-options.js';

/** Of all Gateways alike. */
type HeldApart = Omit<Held, 'grants'>;

export interface Translator {
  /**
   * The model of the store's moment. Whatever did not change keeps its identity; an unchanged model is the very same one. The cost follows what
   * changed since the last translation.
   */
  translate(store: Store): Model;
  counters(): TranslatorCounters;
}

const NO_TARGETS = sortedMap<never>();

/** Everything is a pure function of the store; what is kept besides is the last translation, from which the next is made. */
export function createTranslator(options: TranslatorOptions): Translator {
  const counts = noCounts();
  const clusterNamed = (name: string) =>
    gateways
      .values()
      .map(({ last }) => last?.assembled.uses.clusters.get(name))
      .find((cluster) => cluster !== undefined);
  const steps = createSteps(options, clusterNamed, counts);
  const allGateways = flatTable<Gateway>();
  const allTelemetry = flatTable<TelemetryPolicy>();
  const gateways = new Map<string, GatewayTranslation>();
  let routes: RouteModels | undefined;
  const allXBackends = flatTable<XBackend>();
  let tlsPolicies: PolicyModels<BackendTlsPolicy> | undefined;
  let trafficPolicies: PolicyModels<BackendTrafficPolicy> | undefined;
  let xBackendModels: XBackendModels | undefined;
  let last: { readonly store: Store; readonly model: Model } | undefined;

  const translate = (store: Store): Model => {
    if (last?.store === store) return last.model;
    const placed = steps.placed(undefined, allGateways(store.all('Gateway')), store);
    for (const id of gateways.keys()) if (!placed.has(id)) gateways.delete(id);
    const secured = steps.secured(undefined, store.index('policiesOfService'), store);
    const securedImports = steps.securedImports(undefined, store.index('policiesOfImport'), store);
    const xBackends = steps.xBackends(undefined, allXBackends(store.all('XBackend')), store);
    const models: GatewayModel[] = [];
    for (const [id, one] of placed) {
      const translation = gateways.get(id) ?? createGatewayTranslation(steps, counts);
      gateways.set(id, translation);
      models.push(translation.translate(one, { secured, securedImports, xBackends }, store));
    }
    routes = routeModels(routesOf(gateways, routes?.from), routes, counts);
    const used = servicesOf(gateways, tlsPolicies?.gateways);
    const misplaced = steps.misplaced(undefined, store.index('policiesOfXBackend'), store);
    const trafficked = steps.trafficked(undefined, store.index('trafficPoliciesOfService'), store);
    const traffickedImports = steps.traffickedImports(
      undefined,
      store.index('trafficPoliciesOfImport'),
      store,
    );
    tlsPolicies = policyModels(
      { services: secured, imports: securedImports, xBackends: misplaced },
      used,
      tlsPolicies,
    );
    trafficPolicies = policyModels(
      { services: trafficked, imports: traffickedImports, xBackends: NO_TARGETS },
      used,
      trafficPolicies,
    );
    xBackendModels = modelsOfXBackends(xBackends, used, xBackendModels);
    const telemetry = steps.telemetry(undefined, allTelemetry(store.all('XTelemetryPolicy')), store);
    const previous = last?.model;
    const model = keepObject(previous, {
      gatewayClasses: keepList(previous?.gatewayClasses, ownClasses(store, steps, options)),
      gateways: keepList(previous?.gateways, models),
      routes: routes.models,
      policies: keepList(previous?.policies, [
        tlsPolicies.models,
        trafficPolicies.models,
        xBackendModels.models,
        telemetry,
      ]),
    });
    last = { store, model };
    return model;
  };
  return { translate, counters: () => ({ ...counts }) };
}

/** One Gateway from moment to moment. */
interface GatewayTranslation {
  translate(placed: PlacedGateway, apart: HeldApart, store: Store): GatewayModel;
  readonly last:
    | {
        readonly assembled: AssembledGateway;
        readonly endpoints: EndpointsOfGateway;
        readonly tls: GatewayTls;
        readonly held: Held;
        readonly model: GatewayModel;
      }
    | undefined;
}

function createGatewayTranslation(steps: Steps, counts: Counts): GatewayTranslation {
  const analyse = createGatewayAnalysis(steps);
  const routesNaming = createGatewayRoutes();
  const attachedRoutes = steps.attachedRoutes();
  const endpointsOf = steps.endpoints();
  const l4EndpointsOf = steps.l4Endpoints();
  const tlsOf = createGatewayTls(steps);
  let last: GatewayTranslation['last'];
  return {
    translate: (placed, apart, store) => {
      const analysed = analyse(placed, store);
      const routes = attachedRoutes(analysed.gateway, routesNaming(analysed, store), store);
      const assembled = assembleGateway(analysed, routes, last?.assembled, counts);
      const endpoints = keepObject(last?.endpoints, {
        endpoints: endpointsOf(undefined, assembled.uses.clusters, store),
        l4Endpoints: l4EndpointsOf(undefined, assembled.l4.targets, store),
      });
      const clusters = { clusters: assembled.uses.clusters, l4Clusters: assembled.l4.clusters };
      const uses = { listeners: analysed.listeners, services: servicesOfListeners(analysed) };
      const tls = keepObject(last?.tls, tlsOf(routes, clusters, uses, store));
      const held = keepObject(last?.held, { grants: store.all('ReferenceGrant'), ...apart });
      if (
        last?.assembled !== assembled ||
        last.endpoints !== endpoints ||
        last.tls !== tls ||
        last.held !== held
      ) {
        const model = gatewayModel(assembled, endpoints, tls, held, last?.model);
        last = { assembled, endpoints, tls, held, model };
      }
      return last.model;
    },
    get last() {
      return last;
    },
  };
}

function routesOf(
  gateways: ReadonlyMap<string, GatewayTranslation>,
  previous: RoutesOfGateways = sortedMap(),
): RoutesOfGateways {
  const edits: Edit<SortedMap<AttachedRoute>>[] = [];
  for (const [id, { last }] of gateways) {
    const routes = last?.assembled.routes;
    if (routes !== previous.get(id)) edits.push([id, routes]);
  }
  for (const id of previous.keys()) if (!gateways.has(id)) edits.push([id, undefined]);
  return previous.edit(edits);
}

function servicesOf(
  gateways: ReadonlyMap<string, GatewayTranslation>,
  previous: SortedMap<GatewayServices> = sortedMap(),
): SortedMap<GatewayServices> {
  const edits: Edit<GatewayServices>[] = [];
  for (const [id, { last }] of gateways) {
    if (last === undefined) continue;
    const { services, imports, xBackends } = last.tls;
    const before = previous.get(id);
    const gateway = keepEqual(before?.gateway, refOf(last.model.gateway));
    const next = keepObject(before, { gateway, services, imports, xBackends });
    if (next !== before) edits.push([id, next]);
  }
  for (const id of previous.keys()) if (!gateways.has(id)) edits.push([id, undefined]);
  return previous.edit(edits);
}

function ownClasses(
  store: Store,
  { classModel }: Steps,
  options: TranslatorOptions,
): readonly GatewayClassModel[] {
  return [...store.inNamespace('GatewayClass', '').values()]
    .filter(({ spec }) => spec.controllerName === options.controllerName)
    .map((gatewayClass) => classModel(gatewayClass, store));
}
